// SPDX-License-Identifier: MIT
#include "ship/nats_answer.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/json_read.h"
#include "util/parse.h"

/* Numbers of server/errors.json of nats-server: the stream or the account has no room. */
#define ERR_STORE_FULL	10077 /* JSStreamStoreFailedF: "maximum bytes exceeded" and the like */
#define ERR_TOO_LARGE	10054 /* JSStreamMessageExceedsMaximumErr */
#define ERR_NO_RESOURCE 10023 /* JSInsufficientResourcesErr */

/* What such an answer has. */
struct reply {
	bool has_seq, is_duplicate, has_error;
	uint64_t code, err_code;
	char description[256];
};

static bool read_u64(const struct json_reader *reader, uint64_t *ret)
{
	char digits[24];

	if (reader->text.len >= sizeof(digits))
		return false;
	memcpy(digits, reader->text.at, reader->text.len);
	digits[reader->text.len] = '\0';
	return !parse_u64(digits, 0, UINT64_MAX, ret);
}

static bool read_error(struct json_reader *reader, struct reply *reply)
{
	enum json_token token;

	reply->has_error = true;
	while ((token = json_next(reader)) == TOKEN_KEY) {
		struct part key = reader->text;

		token = json_next(reader);
		if (token == TOKEN_NUMBER && part_is(key, "code"))
			read_u64(reader, &reply->code);
		else if (token == TOKEN_NUMBER && part_is(key, "err_code"))
			read_u64(reader, &reply->err_code);
		else if (token == TOKEN_STRING && part_is(key, "description"))
			json_text(reader, reply->description, sizeof(reply->description));
		else if (!json_skip(reader, token))
			return false;
	}
	return token == TOKEN_OBJECT_END;
}

static bool read_reply(const char *json, size_t size, struct reply *reply)
{
	struct json_reader reader = json_reader(json, size);
	enum json_token token;
	uint64_t seq;

	if (json_next(&reader) != TOKEN_OBJECT)
		return false;
	while ((token = json_next(&reader)) == TOKEN_KEY) {
		struct part key = reader.text;

		token = json_next(&reader);
		if (token == TOKEN_OBJECT && part_is(key, "error")) {
			if (!read_error(&reader, reply))
				return false;
			continue;
		}
		reply->has_seq |= token == TOKEN_NUMBER && part_is(key, "seq") &&
				  read_u64(&reader, &seq) && seq;
		reply->is_duplicate |= token == TOKEN_TRUE && part_is(key, "duplicate");
		if (!json_skip(&reader, token))
			return false;
	}
	return token == TOKEN_OBJECT_END && json_next(&reader) == TOKEN_END;
}

/* A message that comes again later may be taken, if what it lacks comes by itself. */
static void refused(const struct reply *reply, struct answer *ret)
{
	bool is_full = reply->err_code == ERR_STORE_FULL || reply->err_code == ERR_NO_RESOURCE;

	ret->kind = ANSWER_REFUSED;
	ret->reason = "refused";
	if (reply->err_code == ERR_TOO_LARGE) {
		ret->kind = ANSWER_TOO_LARGE;
		ret->reason = "too_large";
	} else if (is_full) {
		ret->kind = ANSWER_RETRY;
		ret->reason = "stream_full";
	} else if (reply->code >= 500) {
		ret->kind = ANSWER_RETRY;
		ret->reason = "unavailable";
	}
	snprintf(ret->text, sizeof(ret->text), "%s (%" PRIu64 ")",
		 *reply->description ? reply->description : "JetStream gives no reason",
		 reply->err_code);
}

void nats_answer_of(const char *json, size_t size, struct answer *ret)
{
	struct reply reply = {0};
	bool is_read = read_reply(json, size, &reply);

	if (is_read && reply.has_error) {
		refused(&reply, ret);
	} else if (is_read && reply.has_seq) {
		ret->kind = reply.is_duplicate ? ANSWER_DUPLICATE : ANSWER_ACKED;
	} else {
		ret->kind = ANSWER_BROKEN;
		ret->reason = "protocol";
		snprintf(ret->text, sizeof(ret->text), "the answer is none of JetStream's");
	}
}

int nats_streams_of(const char *json, size_t size)
{
	struct json_reader reader = json_reader(json, size);
	enum json_token token;
	int n = -1;

	if (json_next(&reader) != TOKEN_OBJECT)
		return -1;
	while ((token = json_next(&reader)) == TOKEN_KEY) {
		struct part key = reader.text;
		uint64_t total;

		token = json_next(&reader);
		if (part_is(key, "error"))
			return -1;
		if (token == TOKEN_NUMBER && part_is(key, "total") && read_u64(&reader, &total))
			n = total > 0;
		if (!json_skip(&reader, token))
			return -1;
	}
	return n;
}

/* What is behind the hosts, without a query; NULL: nothing. */
static const char *path_of(const char *url)
{
	const char *hosts = strstr(url, "://");
	const char *path = hosts ? strchr(hosts + 3, '/') : NULL;

	return path && path[1] ? path + 1 : NULL;
}

#define HOST "{host}"

int nats_subject_check(const char *url, struct error *error)
{
	const char *path = path_of(url);
	size_t n;

	if (!path)
		return 0;
	n = strlen(path);
	/* {host} becomes a token of 64 characters at most. */
	if (n + 64 >= NATS_SUBJECT_SIZE)
		return error_set(error, -EINVAL, "the subject, the path of the URL, is too long");
	if (strpbrk(path, "*>/?#") || path[0] == '.' || path[n - 1] == '.' || strstr(path, ".."))
		return error_set(error, -EINVAL,
				 "the path of the URL is the subject, such as /tpconnect.{host}: "
				 "tokens with a dot between two, without * and >");
	path = strchr(path, '{');
	if (path && (strncmp(path, HOST, strlen(HOST)) != 0 || strchr(path + 1, '{')))
		return error_set(error, -EINVAL,
				 "the path of the URL is the subject, in which " HOST
				 " is filled in, once, and nothing else");
	return 0;
}

/* Appends it, as a part of a token. */
static void put_token(char *subject, const char *host)
{
	size_t n = strlen(subject);

	for (size_t i = 0; host[i] && i < 64 && n + 1 < NATS_SUBJECT_SIZE; i++) {
		unsigned char c = (unsigned char)host[i];

		subject[n++] = isascii(c) && (isalnum(c) || c == '-') ? (char)c : '_';
	}
	subject[n] = '\0';
}

void nats_subject_of(const char *url, const char *host, char ret[NATS_SUBJECT_SIZE])
{
	const char *path = path_of(url), *place;
	char text[NATS_SUBJECT_SIZE];

	snprintf(text, sizeof(text), "%s", path ? path : "tpconnect." HOST);
	place = strstr(text, HOST);
	if (!place) {
		memcpy(ret, text, sizeof(text));
		return;
	}
	snprintf(ret, NATS_SUBJECT_SIZE, "%.*s", (int)(place - text), text);
	put_token(ret, host);
	strncat(ret, place + strlen(HOST), NATS_SUBJECT_SIZE - strlen(ret) - 1);
}
