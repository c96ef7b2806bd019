// SPDX-License-Identifier: MIT
#include "commands/top_ui.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "model/by.h"
#include "terminal/terminal.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/status.h"

/* Bytes that are read of the terminal at a time. */
#define KEYS_AT_ONCE 256

/* Of more messages than that, the last ones are lost: the screen has shown each. */
#define MESSAGES_MAX 64

/* Room for a table as wide and as long as any. */
#define TABLE_MAX (1 << 20)

void top_ui_note(struct top_ui *ui, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(ui->note, sizeof(ui->note), format, args);
	va_end(args);
}

/* Warnings and worse are kept: a screen is soon another. */
static void take_message(void *ctx, enum log_level level, const char *message)
{
	struct top_ui *ui = ctx;
	char *copy;

	if (level > LOG_WARNING)
		return;
	top_ui_note(ui, "%s", message);
	copy = ui->messages.n < MESSAGES_MAX ? strdup(message) : NULL;
	if (copy && vector_push(&ui->messages, &copy, sizeof(copy)))
		free(copy);
}

static void print_messages(struct top_ui *ui)
{
	char **messages = ui->messages.items;

	for (size_t i = 0; i < ui->messages.n; i++) {
		log_warning("%s", messages[i]);
		free(messages[i]);
	}
	vector_free(&ui->messages);
}

/* The file that `w` makes, in the current directory. */
static int open_table(char name[static 64])
{
	time_t now = time(NULL);
	struct tm tm;

	gmtime_r(&now, &tm);
	strftime(name, 64, "tpconnect-top-%Y%m%dT%H%M%SZ.txt", &tm);
	return open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
}

static int put_table(const struct top_ui *ui, int fd)
{
	_cleanup_free_ char *text = malloc(TABLE_MAX);
	struct buffer out = {.data = text, .cap = TABLE_MAX};
	int err = text ? view_table(ui->view, ui->live, &ui->head, &out) : -ENOMEM;

	if (!err && write(fd, text, out.len) != (ssize_t)out.len)
		err = errno ? -errno : -ENOSPC;
	return err;
}

static void write_table(struct top_ui *ui)
{
	char name[64];
	int fd = open_table(name), err = fd < 0 ? -errno : put_table(ui, fd);

	if (fd >= 0)
		close(fd);
	if (err)
		top_ui_note(ui, "cannot write %s: %s", name, strerror(-err));
	else
		top_ui_note(ui, "written to %s", name);
}

static void take_key(struct top_ui *ui, int key)
{
	enum view_action action = view_key(ui->view, key);

	ui->note[0] = '\0';
	if (action == VIEW_WRITE)
		write_table(ui);
	else if (action == VIEW_SUSPEND)
		terminal_suspend();
	else if (action == VIEW_REDRAW)
		screen_forget(&ui->screen);
	else if (action != VIEW_NOTHING)
		ui->act(ui->ctx, action);
}

static void take_keys(struct top_ui *ui, const char *bytes, size_t n)
{
	const char *at = bytes, *end = bytes + n;
	int key;

	while ((key = keys_next(&ui->keys, &at, end)) != KEY_NONE)
		take_key(ui, key);
}

static void watch(struct top_ui *ui)
{
	short more = screen_is_behind(&ui->screen) ? POLLOUT : 0;

	loop_watch(ui->loop, ui->terminal_source, terminal_fd(), (short)(POLLIN | more));
}

static void flush(struct top_ui *ui)
{
	int err = screen_write(&ui->screen, terminal_fd());

	if (err) /* it is gone: what would end us comes as a signal */
		ui->act(ui->ctx, VIEW_QUIT);
	watch(ui);
}

void top_ui_draw(struct top_ui *ui)
{
	unsigned int width, height;

	if (!ui->is_open)
		return;
	terminal_size(&width, &height);
	ui->fill_head(ui->ctx, &ui->head);
	ui->head.note = ui->note[0] ? ui->note : NULL;
	if (view_draw(ui->view, ui->live, &ui->head, width, height))
		return; /* out of memory: the screen stays as it is */
	screen_draw(&ui->screen, width, height, view_lines(ui->view));
	flush(ui);
}

static void on_terminal(void *ctx, short revents)
{
	struct top_ui *ui = ctx;
	char bytes[KEYS_AT_ONCE];
	ssize_t n = 0;

	if (revents & POLLOUT) {
		flush(ui);
		if (!screen_is_behind(&ui->screen))
			top_ui_draw(ui); /* what has changed meanwhile */
	}
	if (revents & (POLLIN | POLLHUP | POLLERR))
		n = read(terminal_fd(), bytes, sizeof(bytes));
	if (n > 0) {
		take_keys(ui, bytes, (size_t)n);
		top_ui_draw(ui);
	} else if (revents & (POLLHUP | POLLERR)) {
		ui->act(ui->ctx, VIEW_QUIT);
		loop_watch(ui->loop, ui->terminal_source, -1, 0);
	}
}

static void on_change(void *ctx, short revents)
{
	struct top_ui *ui = ctx;

	(void)revents;
	if (!terminal_changed())
		return;
	screen_forget(&ui->screen);
	top_ui_draw(ui);
}

void top_ui_idle(struct top_ui *ui)
{
	if (!ui->is_open || !keys_are_due(&ui->keys))
		return;
	take_key(ui, keys_timeout(&ui->keys));
	top_ui_draw(ui);
}

/*
 * By the variables that setlocale(3) goes by: it would need files that a static program in an empty
 * root has not.
 */
static bool is_utf8(void)
{
	static const char *const variables[] = {"LC_ALL", "LC_CTYPE", "LANG"};

	for (size_t i = 0; i < ARRAY_SIZE(variables); i++) {
		const char *value = getenv(variables[i]);

		if (value && *value)
			return strcasestr(value, "UTF-8") || strcasestr(value, "UTF8");
	}
	return false;
}

int top_ui_check(void)
{
	if (terminal_is_there())
		return STATUS_DONE;
	log_error(
		"top needs a terminal on standard output; without one: tpconnect list shows what "
		"is open, tpconnect count 1 what comes each second, and tpconnect top -o json is a "
		"line of JSON each second");
	return STATUS_FAILED;
}

static int take_terminal(struct top_ui *ui)
{
	int err = terminal_open();

	if (err) {
		log_error("cannot use the terminal: %s", strerror(-err));
		return STATUS_FAILED;
	}
	ui->is_open = true;
	log_divert(take_message, ui);
	ui->terminal_source = loop_add(ui->loop, terminal_fd(), POLLIN, on_terminal, ui);
	loop_add(ui->loop, terminal_changes(), POLLIN, on_change, ui);
	return STATUS_DONE;
}

/* by: one BY_* bit, or none. */
static enum rows_by rows_by(unsigned int by)
{
	switch (by) {
	case BY_PROCESS:
		return ROWS_PROCESS;
	case BY_EXE:
		return ROWS_EXE;
	case BY_CONTAINER:
		return ROWS_CONTAINER;
	case BY_USER:
		return ROWS_USER;
	case BY_DST:
		return ROWS_DST;
	case BY_PORT:
		return ROWS_PORT;
	case BY_NAME:
		return ROWS_NAME;
	default:
		return ROWS_PAIR;
	}
}

int top_ui_open(struct top_ui *ui, const struct options *options, bool color, struct loop *loop)
{
	ui->loop = loop;
	/* Of which host a record is, it does not say. */
	if (!ui->head.replay && !uname(&ui->system))
		ui->head.host = ui->system.nodename;
	/* Without names, numbers are as good. */
	if (!names_load(NAMES_SERVICES, NAMES_PASSWD, &ui->names))
		ui->head.names = ui->names;
	if (view_new(is_utf8(), color, &ui->view)) {
		log_error("no memory");
		return STATUS_FAILED;
	}
	view_set_by(ui->view, rows_by(options->output.by));
	if (options->output.filter)
		view_set_filter(ui->view, options->output.filter);
	return take_terminal(ui);
}

void top_ui_close(struct top_ui *ui)
{
	if (ui->is_open) {
		ui->is_open = false;
		terminal_close();
		log_divert(NULL, NULL);
		print_messages(ui);
	}
	screen_free(&ui->screen);
	ui->screen = (struct screen){0};
	view_free(ui->view);
	ui->view = NULL;
	names_free(ui->names);
	ui->names = NULL;
}
