// SPDX-License-Identifier: MIT
/*
 * The option table's part of the manual page and of the completions. Usage:
 * option_docs [--write] FILE..., where the end of a file's name says what it is. Of each, the lines
 * between the two marks are made anew and compared with what is there, or written.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options/rows.h"
#include "util/array.h"
#include "util/cleanup.h"

#define MARK_BEGIN "OPTION TABLE BEGIN"
#define MARK_END   "OPTION TABLE END"

/* How the completions call what is known of a value. */
static const char *const values_names[] = {
	[VALUES_UNKNOWN] = "unknown", [VALUES_ONE] = "one",	[VALUES_LIST] = "list",
	[VALUES_SIGNED] = "signed",   [VALUES_FILE] = "file",	[VALUES_PIDS] = "pids",
	[VALUES_USERS] = "users",     [VALUES_COMMS] = "comms", [VALUES_CGROUP] = "cgroup",
	[VALUES_NETNS] = "netns",
};

/* "trace count latency" */
static void put_commands(FILE *to, unsigned int commands)
{
	const char *space = "";

	for (size_t i = 0; command_name(i); i++)
		if (commands & CMD(i)) {
			fprintf(to, "%s%s", space, command_name(i));
			space = " ";
		}
}

static void put_words(FILE *to, const struct option_row *row)
{
	for (size_t i = 0; row->words && row->words(i); i++)
		fprintf(to, "%s%s", i ? " " : "", row->words(i));
}

/* The help's first line, for a string in single quotes; escape: what stands for such a quote. */
static void put_brief(FILE *to, const char *help, const char *escape)
{
	size_t len = strcspn(help, "\n");

	if (strchr(";,:", help[len - 1]))
		len--;
	for (size_t i = 0; i < len; i++)
		if (help[i] == '\'')
			fputs(escape, to);
		else
			fputc(help[i], to);
}

static void bash_row(FILE *to, const struct option_row *row)
{
	fputs("    '", to);
	put_commands(to, row->commands);
	fputc('|', to);
	if (row->letter)
		fprintf(to, "-%c", row->letter);
	fprintf(to, "|--%s|%s%s|", row->name, row->value_optional ? "=" : "",
		row->value ? values_names[row->values] : "");
	put_words(to, row);
	fputs("'\n", to);
}

static void bash_table(FILE *to)
{
	fputs("_tpconnect_commands='", to);
	put_commands(to, CMD_ALL);
	fputs("'\n# commands|letter|name|kind of value|its words\n_tpconnect_rows=(\n", to);
	for (size_t i = 0; i < n_option_rows; i++)
		bash_row(to, &option_rows[i]);
	fputs(")\n", to);
}

/* A value can follow in the same word: behind the letter, or behind =. */
static void zsh_row(FILE *to, const struct option_row *row)
{
	const char *any = row->value ? "*" : "", *plus = row->value ? "+" : "",
		   *equals = row->value_optional ? "=-"
			     : row->value	 ? "="
						 : "";

	fputs("    _tpconnect_add '", to);
	put_commands(to, row->commands);
	fputs("' '", to);
	if (row->letter && !row->value)
		fprintf(to, "(-%c --%s)", row->letter, row->name);
	if (row->letter)
		fprintf(to, "%s'{-%c%s,--%s%s}'[", any, row->letter, plus, row->name, equals);
	else
		fprintf(to, "%s--%s%s[", any, row->name, equals);
	put_brief(to, row->help, "'\\''");
	fputc(']', to);
	if (row->value) {
		fprintf(to, "%s:%s:_tpconnect_%s%s", row->value_optional ? ":" : "", row->value,
			values_names[row->values], row->words ? " " : "");
		put_words(to, row);
	}
	fputs("'\n", to);
}

static void zsh_table(FILE *to)
{
	fputs("    names=(\n", to);
	for (size_t i = 0; command_name(i); i++) {
		fprintf(to, "        '%s:", command_name(i));
		put_brief(to, command_help(i), "'\\''");
		fputs("'\n", to);
	}
	fputs("    )\n", to);
	fputs("    _tpconnect_find_command\n", to);
	for (size_t i = 0; i < n_option_rows; i++)
		zsh_row(to, &option_rows[i]);
}

static void fish_row(FILE *to, const struct option_row *row)
{
	fputs("complete -c tpconnect -n '__tpconnect_of ", to);
	put_commands(to, row->commands);
	fputc('\'', to);
	if (row->letter)
		fprintf(to, " -s %c", row->letter);
	fprintf(to, " -l %s", row->name);
	if (row->value_optional)
		fputs(" -f", to);
	else if (row->value && row->values == VALUES_FILE)
		fputs(" -r -F", to);
	else if (row->value)
		fputs(" -x", to);
	if (row->value && row->values != VALUES_FILE && row->values != VALUES_UNKNOWN) {
		fprintf(to, " -a '(__tpconnect_%s", values_names[row->values]);
		fputs(row->words ? " " : "", to);
		put_words(to, row);
		fputs(")'", to);
	}
	fputs(" -d '", to);
	put_brief(to, row->help, "\\'");
	fputs("'\n", to);
}

static void fish_table(FILE *to)
{
	fputs("set -g __tpconnect_commands ", to);
	put_commands(to, CMD_ALL);
	fputc('\n', to);
	for (size_t i = 0; command_name(i); i++) {
		fprintf(to, "complete -c tpconnect -n __tpconnect_no_command -a %s -d '",
			command_name(i));
		put_brief(to, command_help(i), "\\'");
		fputs("'\n", to);
	}
	for (size_t i = 0; i < n_option_rows; i++)
		fish_row(to, &option_rows[i]);
}

/* Text for roff; a newline is a space. Returns the last character. */
static char put_roff(FILE *to, const char *text)
{
	char last = 0;

	for (; *text; text++) {
		last = *text == '\n' ? ' ' : *text;
		if (strchr("-\\", last))
			fprintf(to, "\\%c", last == '\\' ? 'e' : last);
		else
			fputc(last, to);
	}
	return last;
}

static void man_name(FILE *to, const char *dashes, const char *name)
{
	fputs("\\fB", to);
	put_roff(to, dashes);
	put_roff(to, name);
	fputs("\\fR", to);
}

/* The help as a sentence, and what more there is to say. */
static void man_row(FILE *to, const struct option_row *row)
{
	char letter[] = {row->letter, 0}, first[] = {row->help[0], 0};

	if (row->headline)
		fprintf(to, ".SS %s\n", row->headline);
	fputs(".TP\n", to);
	if (row->letter) {
		man_name(to, "-", letter);
		fputs(", ", to);
	}
	man_name(to, "--", row->name);
	if (row->value)
		fprintf(to, row->value_optional ? "[=\\fI%s\\fR]" : " \\fI%s\\fR", row->value);
	fputc('\n', to);
	if (first[0] >= 'a' && first[0] <= 'z')
		first[0] += 'A' - 'a';
	/* Behind what takes no room, no character is a request of roff's. */
	fputs("\\&", to);
	put_roff(to, first);
	if (put_roff(to, row->help + 1) != '.')
		fputc('.', to);
	fputc('\n', to);
	if (row->more) {
		fputs("\\&", to);
		put_roff(to, row->more);
		fputc('\n', to);
	}
}

static void man_table(FILE *to)
{
	for (size_t i = 0; i < n_option_rows; i++)
		man_row(to, &option_rows[i]);
}

static const struct kind {
	const char *end; /* of the file's name */
	void (*table)(FILE *to);
} kinds[] = {
	{".1", man_table},
	{".bash", bash_table},
	{".zsh", zsh_table},
	{".fish", fish_table},
};

static const struct kind *kind_of(const char *path)
{
	const char *dot = strrchr(path, '.');

	for (size_t i = 0; dot && i < ARRAY_SIZE(kinds); i++)
		if (!strcmp(dot, kinds[i].end))
			return &kinds[i];
	return NULL;
}

/* The file as it is into *ret_old, and with a new table into *ret_new. Returns 0 or -errno. */
static int make_anew(const char *path, const struct kind *kind, char **ret_old, char **ret_new)
{
	_cleanup_fclose_ FILE *file = fopen(path, "re");
	size_t old_size, new_size, size = 0;
	FILE *old = open_memstream(ret_old, &old_size), *new = open_memstream(ret_new, &new_size);
	_cleanup_free_ char *line = NULL;
	bool inside = false;
	int marks = 0;

	while (file && getline(&line, &size, file) > 0) {
		bool begins = strstr(line, MARK_BEGIN), ends = strstr(line, MARK_END);

		inside = inside && !ends;
		fputs(line, old);
		if (!inside)
			fputs(line, new);
		if (begins) {
			kind->table(new);
			inside = true;
		}
		marks += begins + ends;
	}
	fclose(old);
	fclose(new);
	if (!file)
		return -ENOENT;
	return marks == 2 && !inside ? 0 : -EINVAL;
}

static int write_anew(const char *path, const char *text)
{
	_cleanup_fclose_ FILE *file = fopen(path, "we");

	return file && fputs(text, file) >= 0 && !fflush(file) ? 0 : -EIO;
}

static int handle(const char *path, bool write)
{
	_cleanup_free_ char *old = NULL, *new = NULL;
	const struct kind *kind = kind_of(path);
	int err = kind ? make_anew(path, kind, &old, &new) : -EINVAL;

	if (err) {
		fprintf(stderr, "%s: no file of a known kind with the two marks\n", path);
		return err;
	}
	if (!strcmp(old, new))
		return 0;
	if (write)
		return write_anew(path, new);
	fprintf(stderr, "%s does not say what the option table says: meson compile -C build docs\n",
		path);
	return -EINVAL;
}

int main(int argc, char **argv)
{
	bool write = argc > 1 && !strcmp(argv[1], "--write");
	int status = argc > 1 + write ? EXIT_SUCCESS : EXIT_FAILURE;

	for (int i = 1 + write; i < argc; i++)
		if (handle(argv[i], write))
			status = EXIT_FAILURE;
	return status;
}
