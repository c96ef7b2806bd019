// SPDX-License-Identifier: MIT
#include "ship/secret.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "ship/file.h"
#include "util/cleanup.h"

/* A token of OpenID has some KiB. */
#define SECRET_MAX (64 * 1024)

static int explain(const char *path, int err, struct error *error)
{
	if (err == -EINVAL)
		return error_set(error, err, "%s is not a regular file", path);
	if (err == -EFBIG)
		return error_set(error, err, "%s has more than %d bytes", path, SECRET_MAX);
	return error_set(error, err, "cannot read %s: %s; user %u must be able to", path,
			 strerror(-err), geteuid());
}

int secret_check(const char *option, const char *path, struct error *error)
{
	_cleanup_free_ char *data = NULL;
	struct error why;
	size_t size;
	int err = path ? file_read(path, SECRET_MAX * 16, &data, &size) : 0;

	if (!err)
		return 0;
	explain(path, err, &why);
	return error_set(error, err, "%s: %s", option, why.text);
}

static bool is_visible(const char *s)
{
	for (; *s; s++)
		if (!isascii(*s) || !isgraph((unsigned char)*s))
			return false;
	return true;
}

int secret_token(const char *path, char **ret, struct error *error)
{
	char *text;
	size_t size;
	int err = file_read(path, SECRET_MAX, &text, &size);

	if (err)
		return explain(path, err, error);
	text[strcspn(text, "\r\n")] = '\0';
	if (*text && is_visible(text)) {
		*ret = text;
		return 0;
	}
	free(text);
	return error_set(error, -EINVAL, "%s has no token: one line of ASCII without a blank",
			 path);
}

/* RFC 9110, 5.1 and 5.5: a token, a colon, and no control character. */
static bool is_header(const char *line)
{
	size_t n = strcspn(line, ":");

	if (!n || line[n] != ':')
		return false;
	for (size_t i = 0; line[i]; i++)
		if (i < n ? !isascii(line[i]) || (!isalnum((unsigned char)line[i]) &&
						  !strchr("!#$%&'*+-.^_`|~", line[i]))
			  : line[i] != '\t' && iscntrl((unsigned char)line[i]))
			return false;
	return true;
}

int secret_headers(const char *path, secret_take_fn *take, void *ctx, struct error *error)
{
	_cleanup_free_ char *text = NULL;
	unsigned int n = 1;
	size_t size;
	int err = file_read(path, SECRET_MAX, &text, &size);

	if (err)
		return explain(path, err, error);
	for (char *line = text, *next; *line; line = next, n++) {
		char *end = line + strcspn(line, "\n");

		next = *end ? end + 1 : end;
		while (end > line && isspace((unsigned char)end[-1]))
			end--;
		*end = '\0';
		if (!*line || *line == '#')
			continue;
		if (!is_header(line))
			return error_set(error, -EINVAL, "%s, line %u is no header: Name: value",
					 path, n);
		err = take(ctx, line);
		if (err)
			return error_set(error, err, "out of memory");
	}
	return 0;
}
