// SPDX-License-Identifier: MIT
#include <string.h>

#include "fuzz/lines.h"

/* Where a text line is being read. */
struct reader {
	const struct line *line;
	const char *at, *end; /* before the newline */
};

static void expect(struct reader *in, const char *what)
{
	size_t n = strlen(what);

	check_line(in->line, (size_t)(in->end - in->at) >= n && !memcmp(in->at, what, n), what);
	in->at += n;
}

/* As a pattern: '0' is any digit, the rest itself. */
static void expect_like(struct reader *in, const char *pattern)
{
	for (; *pattern; pattern++, in->at++) {
		check_line(in->line, in->at < in->end, pattern);
		check_line(in->line,
			   *pattern == '0' ? *in->at >= '0' && *in->at <= '9' : *in->at == *pattern,
			   pattern);
	}
}

static void expect_number(struct reader *in, uint64_t expected)
{
	char digits[32];

	snprintf(digits, sizeof(digits), "%ju", (uintmax_t)expected);
	expect(in, digits);
}

static void expect_endpoint(struct reader *in, int family, const __u8 addr[16],
			    unsigned int scope_id, unsigned int port)
{
	char text[64];
	size_t n;

	if (family == 6)
		expect(in, "[");
	n = strspn(in->at, family == 6 ? "0123456789abcdef:." : "0123456789.");
	check_line(in->line, n < sizeof(text), "the address is long");
	memcpy(text, in->at, n);
	text[n] = '\0';
	check_address(text, addr);
	in->at += n;
	/* fe80::/10 */
	if (family == 6 && scope_id && addr[0] == 0xfe && (addr[1] & 0xc0) == 0x80) {
		expect(in, "%");
		expect_number(in, scope_id);
	}
	expect(in, family == 6 ? "]:" : ":");
	expect_number(in, port);
}

static int hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A character of a quoted value, its escape undone. */
static char read_escaped(struct reader *in)
{
	char c = *in->at++;
	int high, low;

	if (c != '\\')
		return c;
	c = *in->at++;
	if (c == '\\' || c == '"')
		return c;
	if (c == 'n')
		return '\n';
	check_line(in->line, c == 'x', "an unknown escape");
	high = hex_digit(*in->at++);
	low = hex_digit(*in->at++);
	check_line(in->line, high >= 0 && low >= 0, "an escape of no two digits");
	return (char)(high << 4 | low);
}

/*
 * The value that comes next. A bare one ends at the next space; a quoted one has no quote inside
 * that is not escaped.
 */
static struct unescaped read_value(struct reader *in)
{
	struct unescaped value = {.n = 0};

	if (*in->at != '"') {
		value.n = strcspn(in->at, " \n");
		check_line(in->line, value.n && value.n <= sizeof(value.bytes),
			   "an empty value is bare");
		memcpy(value.bytes, in->at, value.n);
		check_line(in->line, !memchr(value.bytes, '"', value.n), "a quote is bare");
		check_line(in->line, !memchr(value.bytes, '=', value.n), "a key is bare");
		in->at += value.n;
		return value;
	}
	for (in->at++; *in->at != '"';) {
		check_line(in->line, in->at < in->end, "the quote does not end");
		check_line(in->line, value.n < sizeof(value.bytes), "a long value");
		value.bytes[value.n++] = read_escaped(in);
	}
	in->at++;
	return value;
}

/* The value that comes next is `before` and the n bytes at name. */
static void expect_value(struct reader *in, const char *before, const char *name, size_t n)
{
	struct unescaped value = read_value(in);
	size_t len = strlen(before);

	check_line(in->line,
		   value.n == len + n && !memcmp(value.bytes, before, len) &&
			   !memcmp(value.bytes + len, name, n),
		   "another value");
}

static void expect_exe(struct reader *in, const struct event *event, bool verbose)
{
	const struct image *image = event->image;
	const char *slash;

	if (image && image->exe_tail) {
		expect(in, " exe=");
		expect_value(in, ".../", image->exe_tail, strlen(image->exe_tail));
	} else if (image && image->memfd) {
		expect(in, " exe=");
		expect_value(in, "memfd:", image->memfd, strlen(image->memfd));
	} else if (image && image->exe) {
		slash = strrchr(image->exe, '/');
		if (!verbose && !image->exe_deleted &&
		    !strncmp(slash ? slash + 1 : image->exe, event->comm, COMM_LEN - 1))
			return;
		expect(in, " exe=");
		expect_value(in, "", image->exe, strlen(image->exe));
	} else {
		return;
	}
	if (image->exe_deleted)
		expect(in, " exe_deleted=yes");
}

static void expect_args(struct reader *in, const struct image *image)
{
	const char *words[64];
	size_t sizes[64], n = 0;
	struct unescaped value;

	for (size_t at = 0; at < image->args_size; at += sizes[n++] + 1) {
		words[n] = image->args + at;
		sizes[n] = strnlen(words[n], image->args_size - at);
	}
	expect(in, " args=");
	value = read_value(in);
	check_words(&value, ' ', words, sizes, n);
	if (!image->args_exec)
		expect(in, " args_source=current");
	if (image->args_cut)
		expect(in, " args_truncated=yes");
}

static void expect_parents(struct reader *in, const struct image *image)
{
	const char *words[ANCESTORS_MAX];
	size_t sizes[ANCESTORS_MAX];
	struct unescaped value;

	for (size_t i = 0; i < image->n_ancestors; i++) {
		words[i] = image->ancestors[i].comm;
		sizes[i] = strlen(words[i]);
	}
	expect(in, " parents=");
	value = read_value(in);
	check_words(&value, '<', words, sizes, image->n_ancestors);
}

static void expect_known(struct reader *in, const char *key, const char *text)
{
	if (!text)
		return;
	expect(in, key);
	expect_value(in, "", text, strlen(text));
}

static void expect_place(struct reader *in, const struct cgroup *cgroup)
{
	size_t len = cgroup->unit ? strlen(cgroup->unit) : 0;
	const char *name = cgroup->container_name;

	if (cgroup->container_id) {
		expect(in, " container=");
		expect_value(in, "", cgroup->container_id, strnlen(cgroup->container_id, 12));
		expect_known(in, " container_name=", name ? name : cgroup->pod_container);
	} else {
		expect_known(in, " container=", name);
	}
	expect_known(in, " pod=", cgroup->pod_name);
	if (!cgroup->container_id && !name && len >= 8 &&
	    !strcmp(cgroup->unit + len - 8, ".service"))
		expect_known(in, " unit=", cgroup->unit);
}

static size_t put_listed(char *out, const char *name)
{
	size_t n = 0;

	for (; *name; name++)
		if (*name == ',')
			n += (size_t)sprintf(out + n, "\\044");
		else
			out[n++] = *name;
	return n;
}

/* A comma is between two names only. */
static void expect_names(struct reader *in, const struct dns_names *names)
{
	char all[DNS_NAMES_MAX * 5 * WHO_TEXT_MAX];
	size_t n = 0;

	expect(in, names->n == 1 && names->source != DNS_FROM_HOST ? " name=" : " names=");
	for (size_t i = 0; i < names->n; i++) {
		if (i)
			all[n++] = ',';
		n += put_listed(all + n, names->names[i]);
	}
	expect_value(in, "", all, n);
	if (names->source == DNS_FROM_PARENT)
		expect(in, " name_source=parent");
	if (names->source == DNS_FROM_HOST)
		expect(in, " name_source=host");
}

static void expect_who(struct reader *in, const struct event *event, bool verbose)
{
	const struct image *image = verbose ? event->image : NULL;

	if (event->cgroup)
		expect_place(in, event->cgroup);
	if (event->names)
		expect_names(in, event->names);
	if (event->image && event->image->has & IMAGE_HAS_ARGS)
		expect_args(in, event->image);
	if (image && image->cwd) {
		expect(in, " cwd=");
		expect_value(in, "", image->cwd, strlen(image->cwd));
	}
	if (image && image->n_ancestors)
		expect_parents(in, image);
}

/* What is left is ` key=value` and again; no key comes twice, and no value holds a quote. */
static void expect_pairs(struct reader *in)
{
	const char *seen[32];
	size_t n_seen = 0;

	while (in->at < in->end) {
		const char *key, *equals;

		expect(in, " ");
		key = in->at;
		in->at += strcspn(in->at, " \n");
		equals = memchr(key, '=', (size_t)(in->at - key));
		check_line(in->line, equals && equals > key && equals + 1 < in->at, "no pair");
		check_line(in->line, !memchr(key, '"', (size_t)(in->at - key)), "a quote");
		for (size_t i = 0; i < n_seen; i++)
			check_line(in->line, strncmp(seen[i], key, (size_t)(equals + 1 - key)),
				   "a key twice");
		check(n_seen < 32, "more keys than there are");
		seen[n_seen++] = key;
	}
}

void check_text(const struct line *line, const struct attempt *a, const struct event *event,
		bool verbose)
{
	struct reader in = {line, line->text, line->text + line->buffer.len - 1};

	check_one_line(line, format_line_max(event));
	expect_like(&in, "0000-00-00T00:00:00.000000000Z");
	expect(&in, " pid=");
	expect_number(&in, a->pid);
	expect(&in, " proto=6 dst=");
	expect_endpoint(&in, a->family, a->daddr, a->scope_id, a->dport);
	if (a->sport) {
		expect(&in, " src=");
		expect_endpoint(&in, a->family, a->saddr, a->scope_id, a->sport);
	}
	if (a->pid) {
		expect(&in, " comm=");
		expect_value(&in, "", a->comm, strlen(a->comm));
		expect_exe(&in, event, verbose);
		expect(&in, " uid=");
		expect_number(&in, a->uid);
		expect_who(&in, event, verbose);
	}
	expect(&in, " event=");
	in.at -= strlen(" event=");
	expect_pairs(&in);
}
