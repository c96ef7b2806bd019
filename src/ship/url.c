// SPDX-License-Identifier: MIT
#include "ship/url.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "store/frame.h"
#include "util/array.h"
#include "util/buffer.h"
#include "util/parse.h"

static const struct {
	const char *scheme;
	uint16_t port;
} schemes[] = {{"http", 80}, {"https", 443}, {"nats", 4222}, {"tls", 4222}};

/* The port where none is written; 0: an unknown scheme. */
static uint16_t port_of(const char *url, size_t n)
{
	for (size_t i = 0; i < ARRAY_SIZE(schemes); i++)
		if (strlen(schemes[i].scheme) == n && !strncasecmp(url, schemes[i].scheme, n))
			return schemes[i].port;
	return 0;
}

/* Takes "host", "host:port", "[address]" or "[address]:port" off the list. Returns 0 or -EINVAL. */
static int take_host(const char **at, size_t *n, uint16_t otherwise, uint16_t *ret_port)
{
	size_t len = *n && memchr(*at, ',', *n) ? (size_t)((char *)memchr(*at, ',', *n) - *at) : *n;
	const char *host = *at, *end = host + len, *colon;
	const char *bracket = len && *host == '[' ? memchr(host, ']', len) : NULL;
	char digits[8] = "";
	uint64_t port = otherwise;

	colon = memchr(bracket ? bracket : host, ':', (size_t)(end - (bracket ? bracket : host)));
	if (!len || colon == host || (*host == '[' && !bracket) ||
	    (bracket && bracket + 1 != end && bracket + 1 != colon))
		return -EINVAL;
	if (colon) {
		if ((size_t)(end - colon - 1) >= sizeof(digits))
			return -EINVAL;
		memcpy(digits, colon + 1, (size_t)(end - colon - 1));
		if (parse_u64(digits, 1, 65535, &port))
			return -EINVAL;
	}
	*ret_port = (uint16_t)port;
	*n -= len == *n ? len : len + 1;
	*at = end + (end[0] == ',');
	return 0;
}

static int parse_hosts(const char *hosts, size_t n, uint16_t otherwise, struct url *ret)
{
	while (n) {
		if (ret->n_ports == URL_PORTS_MAX ||
		    take_host(&hosts, &n, otherwise, &ret->ports[ret->n_ports]))
			return -EINVAL;
		ret->n_ports++;
	}
	return ret->n_ports ? 0 : -EINVAL;
}

static bool is_plain_text(const char *url)
{
	for (; *url; url++)
		if (!isascii(*url) || !isgraph((unsigned char)*url) || strchr("\"<>\\^`|", *url))
			return false;
	return true;
}

enum { OF_ID, OF_HOST, OF_BOOT, OF_FIRST, OF_LAST };

static const char *const placeholders[] = {
	[OF_ID] = "{id}",	[OF_HOST] = "{host}", [OF_BOOT] = "{boot}",
	[OF_FIRST] = "{first}", [OF_LAST] = "{last}",
};

/* Which begins at s; -1: none. */
static int placeholder_at(const char *s)
{
	for (size_t i = 0; i < ARRAY_SIZE(placeholders); i++)
		if (!strncmp(s, placeholders[i], strlen(placeholders[i])))
			return (int)i;
	return -1;
}

/* A mistyped one would be sent as it stands. What is no word may be a secret, and is not told. */
static int check_placeholders(const char *url, struct error *error)
{
	while ((url = strchr(url, '{'))) {
		size_t n = 1 + strspn(url + 1, "abcdefghijklmnopqrstuvwxyz_");

		if (placeholder_at(url) < 0)
			return error_set(error, -EINVAL,
					 "the URL has %.*s, and what is filled in is {id}, {host}, "
					 "{boot}, {first} and {last}; a brace itself is %%7B",
					 url[n] == '}' && n < 20 ? (int)n + 1 : 1, url);
		url++;
	}
	return 0;
}

int url_parse(const char *url, struct url *ret, struct error *error)
{
	const char *hosts = strstr(url, "://");
	size_t n_shown = strcspn(url, "?#"), n_hosts;
	uint16_t port;

	*ret = (struct url){0};
	if (!hosts || hosts - url > 16)
		return error_set(error, -EINVAL,
				 "the output is no URL, such as https://HOST:PORT/PATH");
	if (!is_plain_text(url))
		return error_set(error, -EINVAL,
				 "the URL has a blank, or another character that must be written "
				 "as %%XX");
	if (check_placeholders(url, error))
		return -EINVAL;
	port = port_of(url, (size_t)(hosts - url));
	if (!port || !output_for(url))
		return error_set(error, -EINVAL, "there is no output for %.*s://",
				 (int)(hosts - url), url);
	hosts += 3;
	n_hosts = strcspn(hosts, "/?#");
	if (memchr(hosts, '@', n_hosts))
		return error_set(error, -EINVAL,
				 "the URL has a user in it, which every process of this host could "
				 "read: --token-file or --header-file name a file with what is "
				 "secret");
	if (n_shown >= sizeof(ret->shown))
		return error_set(error, -EINVAL, "the URL is too long");
	memcpy(ret->shown, url, n_shown);
	strcpy(ret->name, ret->shown);
	if (url[n_shown] == '?')
		snprintf(ret->name + n_shown, sizeof(ret->name) - n_shown, "#%08" PRIx32,
			 frame_crc(url + n_shown, strlen(url + n_shown)));
	if (parse_hosts(hosts, n_hosts, port, ret))
		return error_set(error, -EINVAL, "%s: it has no HOST or HOST:PORT", ret->shown);
	return 0;
}

static void put_plain(struct buffer *out, const char *s)
{
	static const char digits[] = "0123456789ABCDEF";

	for (; *s; s++) {
		if (isascii(*s) && (isalnum((unsigned char)*s) || strchr("-._~", *s))) {
			buffer_putc(out, *s);
			continue;
		}
		buffer_putc(out, '%');
		buffer_putc(out, digits[(unsigned char)*s >> 4]);
		buffer_putc(out, digits[*s & 15]);
	}
}

/* Puts the value of a placeholder at s. Returns its length there; 0: there is none. */
static size_t fill_one(struct buffer *out, const char *s, const struct ship_frame *frame)
{
	int of = placeholder_at(s);

	switch (of) {
	case OF_ID:
		put_plain(out, frame->id);
		break;
	case OF_HOST:
		put_plain(out, frame->host);
		break;
	case OF_BOOT:
		put_plain(out, frame->boot);
		break;
	case OF_FIRST:
		buffer_u64(out, frame->first_seq);
		break;
	case OF_LAST:
		buffer_u64(out, frame->last_seq);
		break;
	default:
		return 0;
	}
	return strlen(placeholders[of]);
}

int url_fill(const char *url, const struct ship_frame *frame, char *ret, size_t size)
{
	struct buffer out = {.data = ret, .cap = size};

	while (*url) {
		size_t n = *url == '{' ? fill_one(&out, url, frame) : 0;

		if (!n) {
			buffer_putc(&out, *url);
			n = 1;
		}
		url += n;
	}
	buffer_putc(&out, '\0');
	return out.overflow ? -ENAMETOOLONG : 0;
}
