// SPDX-License-Identifier: MIT
#include "serve/accept.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

const char *const form_types[FORMS] = {
	[FORM_TEXT] = "text/plain; version=0.0.4; charset=utf-8",
	[FORM_OPENMETRICS] = "application/openmetrics-text; version=1.0.0; charset=utf-8",
};

/* A media range: TYPE;version=V;q=Q. */
struct range {
	char type[64], version[16];
	int q; /* thousandths */
};

/* What the client thinks of a form; the range that says most of it counts. */
struct wish {
	int q, precision; /* 0: no range fits, 1: any type, 2: its type, 3: it is named */
};

static const char *skip_spaces(const char *s)
{
	return s + strspn(s, " \t");
}

/* Copies n bytes without blanks at the end, cut off at the size. */
static void copy(char *to, size_t size, const char *from, size_t n)
{
	while (n && (from[n - 1] == ' ' || from[n - 1] == '\t'))
		n--;
	if (n >= size)
		n = size - 1;
	memcpy(to, from, n);
	to[n] = '\0';
}

/* "0", "0.5", "1.000": qvalue. What is none is 0. */
static int parse_q(const char *s)
{
	int q = *s == '1' ? 1000 : 0;

	if ((*s != '0' && *s != '1') || s[1] != '.')
		return q;
	for (int place = 100, i = 2; place && s[i] >= '0' && s[i] <= '9'; place /= 10, i++)
		q += place * (s[i] - '0');
	return q > 1000 ? 1000 : q;
}

static void take_parameter(struct range *range, const char *s, size_t n)
{
	char value[16];

	if (n > 2 && !strncasecmp(s, "q=", 2)) {
		copy(value, sizeof(value), s + 2, n - 2);
		range->q = parse_q(value);
	} else if (n > 8 && !strncasecmp(s, "version=", 8)) {
		copy(range->version, sizeof(range->version), s + 8, n - 8);
	}
}

/* Takes the range at s. Returns what is behind it. */
static const char *take_range(const char *s, struct range *ret)
{
	size_t n = strcspn(s, ",;");

	*ret = (struct range){.q = 1000};
	copy(ret->type, sizeof(ret->type), s, n);
	s += n;
	while (*s == ';') {
		s = skip_spaces(s + 1);
		n = strcspn(s, ",;");
		take_parameter(ret, s, n);
		s += n;
	}
	return *s == ',' ? s + 1 : s;
}

static bool has_version(const struct range *range, enum form form)
{
	if (!*range->version)
		return true;
	if (form == FORM_TEXT)
		return !strcmp(range->version, "0.0.4");
	/* What has changed between them, the file does not have. */
	return !strcmp(range->version, "1.0.0") || !strcmp(range->version, "0.0.1");
}

static int precision(const struct range *range, enum form form)
{
	static const char *const types[FORMS] = {"text/plain", "application/openmetrics-text"};
	static const char *const groups[FORMS] = {"text/*", "application/*"};

	if (!strcasecmp(range->type, types[form]) && has_version(range, form))
		return 3;
	if (!strcasecmp(range->type, groups[form]))
		return 2;
	return !strcmp(range->type, "*/*");
}

static void consider(struct wish *wish, const struct range *range, enum form form)
{
	int of = precision(range, form);

	if (of > wish->precision || (of && of == wish->precision && range->q > wish->q))
		*wish = (struct wish){.q = range->q, .precision = of};
}

enum form accept_form(const char *accept)
{
	struct wish wishes[FORMS] = {0};
	struct range range;

	for (const char *s = accept ? skip_spaces(accept) : ""; *s; s = skip_spaces(s)) {
		s = take_range(s, &range);
		consider(&wishes[FORM_TEXT], &range, FORM_TEXT);
		consider(&wishes[FORM_OPENMETRICS], &range, FORM_OPENMETRICS);
	}
	if (wishes[FORM_OPENMETRICS].q != wishes[FORM_TEXT].q)
		return wishes[FORM_OPENMETRICS].q > wishes[FORM_TEXT].q ? FORM_OPENMETRICS
									: FORM_TEXT;
	return wishes[FORM_OPENMETRICS].q && wishes[FORM_OPENMETRICS].precision == 3
		       ? FORM_OPENMETRICS
		       : FORM_TEXT;
}
