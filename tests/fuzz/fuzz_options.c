// SPDX-License-Identifier: MIT
/* Any command line: words that end with NUL. It is taken whole, or refused in one clear line. */
#include <errno.h>
#include <string.h>

#include "options/options.h"
#include "fuzz/check.h"

#define WORDS_MAX 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The words of the text, after the program's name. A word that does not end is one all the same. */
static int split(char *text, size_t size, char **argv)
{
	static char name[] = "tpconnect";
	int argc = 0;

	argv[argc++] = name;
	for (char *word = text; word < text + size && argc < WORDS_MAX; word += strlen(word) + 1)
		argv[argc++] = word;
	argv[argc] = NULL;
	return argc;
}

static void check_error(const struct error *error)
{
	size_t len = strnlen(error->text, sizeof(error->text));

	check(len < sizeof(error->text), "the message does not end");
	check(len, "no message");
	for (size_t i = 0; i < len; i++)
		check((unsigned char)error->text[i] >= 0x20 && error->text[i] != 0x7f,
		      "control byte: %s", error->text);
}

static bool any_port(const __u64 *ports)
{
	for (size_t i = 0; i < PORT_WORDS; i++)
		if (ports[i])
			return true;
	return false;
}

static void check_trace(const struct options *options)
{
	const uint32_t *pids = options->request.pids.named.items;

	check(options->request.config.event_mask, "no events");
	check(!(options->request.config.event_mask & ~((EVENT_BIT(EVENT_KIND_END) - 1) & ~1u)),
	      "0x%x", options->request.config.event_mask);
	check(any_port(options->request.config.ports) == options->request.config.filter_port,
	      "ports and no filter, or a filter of none");
	check(!(options->request.config.ports[0] & 1) || any_port(options->ports_left_out),
	      "port 0");
	for (size_t i = 0; i < options->request.pids.named.n; i++)
		check(pids[i] && pids[i] <= INT32_MAX, "%u", pids[i]);
	check(options->request.ring_size &&
		      !(options->request.ring_size & (options->request.ring_size - 1)),
	      "%u", options->request.ring_size);
	check(options->output.format, "no format");
}

/* The command to run is the rest of the words, behind a `--`. */
static void check_command(const struct options *options, int argc, char **argv)
{
	if (!options->limits.argv)
		return;
	check(options->limits.argv > argv + 1 && options->limits.argv < argv + argc,
	      "not of these words");
	check(!strcmp(options->limits.argv[-1], "--"), "it follows \"%s\"",
	      options->limits.argv[-1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *argv[WORDS_MAX + 1], *text = malloc(size + 1);
	struct error error;
	struct options options;
	int argc, err;

	check(text, "out of memory");
	memcpy(text, data, size);
	text[size] = '\0';
	argc = split(text, size, argv);
	memset(&error, '#', sizeof(error));
	err = options_parse(argc, argv, &options, &error);
	check(!err || err == -EINVAL, "%d", err);
	if (err)
		check_error(&error);
	else if (options.command == COMMAND_TRACE)
		check_trace(&options);
	if (!err)
		check_command(&options, argc, argv);
	options_free(&options);
	free(text);
	return 0;
}
