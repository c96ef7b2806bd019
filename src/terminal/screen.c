// SPDX-License-Identifier: MIT
#include "terminal/screen.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/buffer.h"

/*
 * A terminal that knows synchronised updates shows nothing of one before its end; others ignore the
 * mode.
 */
#define UPDATE_BEGINS "\033[?2026h\033[0m"
#define UPDATE_ENDS   "\033[?2026l"

/* CSI y;1H and CSI K before a line: two numbers of ten digits are more than it has. */
#define LINE_START_MAX 32

static bool is_shown(const struct screen *screen, size_t i, const char *line, size_t len)
{
	size_t shown_len;
	const char *shown = lines_at(&screen->shown, i, &shown_len);

	return i < screen->shown.n && shown_len == len && !memcmp(shown, line, len);
}

/*
 * The line is erased before it is written, not behind: a full one leaves the cursor on its last
 * character, which CSI K would take away.
 */
static void put_line(struct buffer *out, size_t y, const char *line, size_t len)
{
	buffer_literal(out, "\033[");
	buffer_u64(out, y + 1);
	buffer_literal(out, ";1H\033[K");
	buffer_put(out, line, len);
}

static void put_changes(struct buffer *out, const struct screen *screen, const struct lines *lines,
			size_t n)
{
	const char *line;
	size_t len;

	for (size_t i = 0; i < n; i++) {
		line = lines_at(lines, i, &len);
		if (is_shown(screen, i, line, len))
			continue;
		if (!out->len)
			buffer_literal(out, UPDATE_BEGINS);
		put_line(out, i, line, len);
	}
	if (out->len)
		buffer_literal(out, UPDATE_ENDS);
}

static int remember(struct screen *screen, const struct lines *lines, size_t n)
{
	const char *line;
	int err = 0;
	size_t len;

	lines_clear(&screen->shown);
	for (size_t i = 0; i < n && !err; i++) {
		line = lines_at(lines, i, &len);
		err = lines_add(&screen->shown, line, len);
	}
	return err;
}

int screen_draw(struct screen *screen, unsigned int width, unsigned int height,
		const struct lines *lines)
{
	struct buffer out = {.cap = sizeof(UPDATE_BEGINS) + sizeof(UPDATE_ENDS) + lines->len +
				    (size_t)height * LINE_START_MAX};
	int err;

	if (screen_is_behind(screen))
		return -EBUSY;
	out.data = malloc(out.cap);
	if (!out.data)
		return -ENOMEM;
	if (screen->width != width || screen->height != height)
		screen_forget(screen);
	put_changes(&out, screen, lines, height);
	err = remember(screen, lines, height);
	if (err) {
		free(out.data);
		screen_forget(screen);
		return err;
	}
	screen->width = width;
	screen->height = height;
	free(screen->out);
	screen->out = out.data;
	screen->out_len = out.len;
	screen->out_at = 0;
	return 0;
}

void screen_forget(struct screen *screen)
{
	lines_clear(&screen->shown);
	screen->out_len = screen->out_at = 0;
}

bool screen_is_behind(const struct screen *screen)
{
	return screen->out_at < screen->out_len;
}

int screen_write(struct screen *screen, int fd)
{
	ssize_t n;

	if (!screen_is_behind(screen))
		return 0;
	n = write(fd, screen->out + screen->out_at, screen->out_len - screen->out_at);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	screen->out_at += (size_t)n;
	return 0;
}

void screen_free(struct screen *screen)
{
	lines_free(&screen->shown);
	free(screen->out);
	*screen = (struct screen){0};
}
