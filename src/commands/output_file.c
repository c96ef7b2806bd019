// SPDX-License-Identifier: MIT
/* What a command writes to: opened, opened anew, closed. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands/keeper.h"
#include "commands/output.h"
#include "engine/rights.h"
#include "format/who_memo.h"
#include "util/clock.h"
#include "util/log.h"

/* At the end, a reader or a disk that takes nothing for so long is given up. */
#define FLUSH_PATIENCE_MS 2000

/* A pager takes the next page when its reader does. */
#define PAGER_PATIENCE_MS (24 * 3600 * 1000)

/* Who talks to whom is nobody else's business; but the mode of a file of before is its owner's. */
static void warn_of_readers(const struct output *output)
{
	log_warning("%s can be read by every user; chmod 600 takes that away",
		    output->options->output.write_path);
}

static void say_not_reopened(struct output *output, int err)
{
	if (err != output->reopen_error)
		log_warning("cannot open %s anew: %s; still writing to the old file, and trying "
			    "again every second",
			    output->options->output.write_path, sink_strerror(err));
	output->reopen_error = err;
}

static void say_reopened(const struct output *output, int left)
{
	const char *path = output->options->output.write_path;

	if (left == SINK_TAKEN_BACK)
		log_warning("%s is open anew; a line of which the old file had a part is taken "
			    "back from there, and written to the new one",
			    path);
	else if (left == SINK_LEFT_TORN)
		log_warning("%s is open anew; the old file ends in an incomplete line, which is "
			    "written whole to the new one",
			    path);
	else if (output->reopen_error)
		log_info("%s is open anew", path);
}

void output_reopened(struct output *output, const struct writer_report *report)
{
	if (report->left < 0) {
		say_not_reopened(output, report->left);
		return;
	}
	say_reopened(output, report->left);
	if (report->readable)
		warn_of_readers(output);
	/* A new file begins with a header; what was asked for at first has one already. */
	if (output->reopen_error)
		output->since_header = 0;
	output->reopen_error = output->write_error = 0;
}

/* Without names, numbers are as good: no reason to end. */
static void load_names(struct output *output)
{
	struct names *names;
	int err = names_load(NAMES_SERVICES, NAMES_PASSWD, &names);

	if (err)
		log_warning("cannot read " NAMES_SERVICES " and " NAMES_PASSWD
			    ": %s; numbers are shown",
			    strerror(-err));
	else
		output->context.names = names;
}

static const char *why_not_given(int err)
{
	if (err == -ENOTEMPTY)
		return "there is more in it than a store; name a directory of its own";
	if (err == -EMLINK)
		return "a file in it has further names (hard links); remove it";
	return strerror(-err);
}

/* Whoever root becomes writes on: another user; or root, but without rights to others' files. */
static enum exit_status give_store(const struct output *output)
{
	const struct rights *rights = &output->options->request.rights;
	bool changes = rights_change_user(rights);
	int err = 0;

	if (changes)
		err = store_give(output->store, rights->uid, rights->gid);
	else if (!geteuid())
		err = store_give(output->store, 0, 0);
	if (!err)
		return STATUS_DONE;
	log_error("cannot give the store %s to %s: %s", output->options->store.dir,
		  changes ? rights->user : "root", why_not_given(err));
	return STATUS_FAILED;
}

/* In a store, lines have names for good, and go on where it ends. */
static enum exit_status open_store(struct output *output)
{
	const struct store_options *options = &output->options->store;
	enum exit_status status =
		keeper_open(options, output->host.boot_id, &output->store, &output->sink);

	if (status)
		return status;
	if (give_store(output)) {
		sink_close(output->sink);
		return STATUS_FAILED;
	}
	output->where = options->dir;
	output->first_seq = store_next_seq(output->store);
	output->context.host_always = true;
	return STATUS_DONE;
}

static enum exit_status open_sink(struct output *output)
{
	const char *path = output->options->output.write_path;
	int err;

	if (output->options->command == COMMAND_RECORD)
		return open_store(output);
	output->where = path ? path : "stdout";
	output->first_seq = 1;
	err = path ? sink_open_file(path, &output->sink) : sink_open_stdout(&output->sink);
	if (!err)
		return STATUS_DONE;
	log_error("cannot write to %s: %s", output->where, sink_strerror(err));
	return STATUS_FAILED;
}

enum exit_status output_open(struct output *output, const struct options *options, bool color)
{
	const char *path = options->output.write_path;
	enum exit_status status;
	int err;

	*output = (struct output){
		.options = options,
		.format = format_find(options->output.format),
		.context = {.color = color,
			    .verbose = options->verbosity > 0,
			    .closes = options->request.config.event_mask &
				      (EVENT_BIT(EVENT_CLOSE) | EVENT_BIT(EVENT_OPEN)),
			    .dns = options->request.dns,
			    .community_id = options->output.community_id,
			    .process_epoch_ns = clock_boot_to_utc_ns()},
		.host = host_read(),
		.once = options->command == COMMAND_LIST || options->command == COMMAND_HISTORY,
		.terminal = !path && options->command != COMMAND_RECORD && isatty(STDOUT_FILENO),
	};
	output->context.host = &output->host;
	status = open_sink(output);
	if (status)
		return status;
	if (sink_is_readable_by_others(output->sink))
		warn_of_readers(output);
	err = options->request.rights.drop ? sink_keep_opener(output->sink) : 0;
	if (!err)
		err = writer_open(output->sink,
				  output->once ? PAGER_PATIENCE_MS : FLUSH_PATIENCE_MS,
				  &output->writer);
	if (err) {
		log_error("cannot start to write: %s", strerror(-err));
		sink_close(output->sink);
		return STATUS_FAILED;
	}
	if (options->output.names)
		load_names(output);
	/* Without memory, each line takes longer. */
	output->context.who_memo = calloc(1, sizeof(struct who_memo));
	return STATUS_DONE;
}

enum exit_status output_begin(struct output *output)
{
	int err = writer_begin(output->writer);

	if (!err)
		return STATUS_DONE;
	log_error("cannot start to write: %s", strerror(-err));
	return STATUS_FAILED;
}

void output_close(struct output *output)
{
	names_free((struct names *)output->context.names);
	free(output->context.who_memo);
	writer_close(output->writer);
}
