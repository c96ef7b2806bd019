// SPDX-License-Identifier: MIT
#include "serve/content.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "serve/openmetrics.h"
#include "util/cleanup.h"

__attribute__((format(printf, 2, 3))) static int refuse(struct content *content, const char *format,
							...)
{
	va_list rest;

	va_start(rest, format);
	vsnprintf(content->reason, sizeof(content->reason), format, rest);
	va_end(rest);
	return -1;
}

static int explain_open(struct content *content, int err)
{
	if (err == ENOENT)
		return refuse(content,
			      "there is no file %s: is tpconnect record running, with "
			      "--metrics-file?",
			      content->path);
	if (err == EACCES)
		return refuse(content,
			      "cannot open %s: %s; user %u must be able to read it, and to search "
			      "its directories",
			      content->path, strerror(err), geteuid());
	return refuse(content, "cannot open %s: %s", content->path, strerror(err));
}

static int check_file(struct content *content, const struct stat *st)
{
	long long age = (long long)(time(NULL) - st->st_mtime);

	if (!S_ISREG(st->st_mode))
		return refuse(content, "%s is no regular file", content->path);
	if (st->st_size > CONTENT_MAX)
		return refuse(content,
			      "%s has %lld bytes, more than %d: that is no file of metrics",
			      content->path, (long long)st->st_size, CONTENT_MAX);
	if (age > CONTENT_AGE_MAX_S)
		return refuse(content,
			      "%s is %lld s old, and tpconnect record writes it each 5 s: does it "
			      "run?",
			      content->path, age);
	if (age < -CONTENT_AHEAD_MAX_S)
		return refuse(content,
			      "%s is of %lld s in the future: was the clock set? what is newer "
			      "cannot be told from what is old",
			      content->path, -age);
	return 0;
}

/* O_NONBLOCK: a FIFO would be waited for. Returns the descriptor, or -1 with the reason. */
static int open_file(struct content *content, struct stat *ret)
{
	int fd = open(content->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return explain_open(content, errno);
	if (!fstat(fd, ret) && !check_file(content, ret))
		return fd;
	close(fd);
	return -1;
}

static void forget(struct content *content)
{
	for (int i = 0; i < FORMS; i++) {
		if (content->responses[i])
			MHD_destroy_response(content->responses[i]);
		content->responses[i] = NULL;
	}
}

static bool is_same(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* Whether it is a text of metrics: tpconnect's begin with a comment, as all usual ones do. */
static bool is_text(const char *text, size_t size)
{
	return size > 2 && !memcmp(text, "# ", 2) && text[size - 1] == '\n' &&
	       !memchr(text, 0, size);
}

/* The file whole, in memory of the caller's; NULL with the reason. */
static char *read_file(struct content *content, int fd, size_t size)
{
	char *text = malloc(size + 1);
	size_t n = 0;

	while (text && n < size) {
		ssize_t done = read(fd, text + n, size - n);

		if (done <= 0)
			break;
		n += (size_t)done;
	}
	if (text && n == size && is_text(text, size))
		return text;
	if (text && n == size)
		refuse(content,
		       size ? "%s is no file of metrics: it is not in the text format"
			    : "%s is empty",
		       content->path);
	else
		refuse(content, text ? "cannot read all of %s" : "no memory for %s", content->path);
	free(text);
	return NULL;
}

/* The same in the other form, in the place of the text, which is freed. */
static char *to_openmetrics(char *text, size_t *size)
{
	struct buffer out = {.cap = *size + OPENMETRICS_MORE};

	out.data = malloc(out.cap);
	if (out.data)
		openmetrics_put(&out, text, *size);
	free(text);
	*size = out.len;
	return out.data;
}

static struct MHD_Response *make_response(struct content *content, int fd, enum form form)
{
	size_t size = (size_t)content->st.st_size;
	char *text = read_file(content, fd, size);
	struct MHD_Response *response;

	if (text && form == FORM_OPENMETRICS)
		text = to_openmetrics(text, &size);
	if (!text)
		return NULL;
	response = MHD_create_response_from_buffer(size, text, MHD_RESPMEM_MUST_FREE);
	if (!response) {
		free(text);
		return NULL;
	}
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, form_types[form]);
	MHD_add_response_header(response, MHD_HTTP_HEADER_VARY, MHD_HTTP_HEADER_ACCEPT);
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
	return response;
}

struct MHD_Response *content_get(struct content *content, enum form form)
{
	struct stat st;
	_cleanup_close_ int fd = open_file(content, &st);

	if (fd < 0)
		return NULL;
	if (!is_same(&st, &content->st)) {
		forget(content);
		content->st = st;
	}
	if (!content->responses[form]) {
		refuse(content, "no memory");
		content->responses[form] = make_response(content, fd, form);
	}
	return content->responses[form];
}

int content_check(struct content *content)
{
	return content_get(content, FORM_TEXT) ? 0 : -1;
}

void content_close(struct content *content)
{
	forget(content);
}
