// SPDX-License-Identifier: MIT
#include "options/errors.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "options/set.h"
#include "util/cleanup.h"
#include "util/utf8.h"

int refuse(struct error *error, const char *format, ...)
{
	struct error message;
	struct buffer out = {.data = error->text, .cap = sizeof(error->text) - 1};
	va_list args;

	va_start(args, format);
	vsnprintf(message.text, sizeof(message.text), format, args);
	va_end(args);
	/*
	 * The user's input in the message must not end its line, or reach the terminal as an escape
	 * sequence.
	 */
	put_escaped(&out, message.text, strlen(message.text), false);
	error->text[out.len] = '\0';
	return -EINVAL;
}

/* Finds the option's long name in a word that begins with one dash or two. Returns its length. */
static int name_in(const char *word, const char **ret)
{
	*ret = word + strspn(word, "-");
	return (int)strcspn(*ret, "=");
}

/* Lists all options that begin with what was typed. Returns how many there are. */
static size_t name_all(const char *start, int len, char *names, size_t size)
{
	size_t n = 0, at = 0;

	for (size_t i = 0; i < n_option_rows; i++)
		if (!strncmp(option_rows[i].name, start, (size_t)len) && at < size)
			at += (size_t)snprintf(names + at, size - at, "%s--%s", n++ ? ", " : "",
					       option_rows[i].name);
	return n;
}

int unknown_name(const char *word, struct error *error)
{
	_cleanup_free_ char *typed = NULL;
	const char *start, *nearest;
	char names[512];
	int len = name_in(word, &start);

	if (len && name_all(start, len, names, sizeof(names)) > 1)
		return refuse(error, "option '" QUOTED "' can mean several: %s", word, names);
	typed = strndup(start, (size_t)len);
	nearest = typed ? keyword_nearest(option_name, typed) : NULL;
	if (nearest)
		return refuse(error,
			      "unknown option '" QUOTED
			      "'; did you mean '--%s'? See tpconnect --help",
			      word, nearest);
	return refuse(error, "unknown option '" QUOTED "'; see tpconnect --help", word);
}

int unknown_letter(unsigned char letter, struct error *error)
{
	int other = isupper(letter) ? tolower(letter) : toupper(letter);

	if (other != letter && option_by_letter((char)other))
		return refuse(error,
			      "unknown option '-%c'; did you mean '-%c'? See tpconnect --help",
			      letter, other);
	return refuse(error, "unknown option '-%c'; see tpconnect --help", letter);
}

bool lacks_dash(const char *word)
{
	_cleanup_free_ char *name = NULL;
	const char *start;
	int len = name_in(word, &start);

	if (start != word + 1 || len < 2)
		return false;
	name = strndup(start, (size_t)len);
	return name && keyword_find(option_name, name) >= 0;
}

/* "curl -s host", as far as there is room; word is the first of them. */
static void join_command(char **word, char *out, size_t size)
{
	size_t len = 0;

	for (; *word && len < size; word++)
		len += (size_t)snprintf(out + len, size - len, " %s", *word);
}

int unknown_command(char **words, struct error *error)
{
	const char *nearest = keyword_nearest(command_name, *words), *dashes = "";
	char command[80], meant[64] = "";

	if (!nearest && keyword_find(option_name, *words) >= 0) {
		nearest = *words;
		dashes = "--";
	}
	if (nearest)
		snprintf(meant, sizeof(meant), "did you mean '%s%s'? Else, ", dashes, nearest);
	join_command(words, command, sizeof(command));
	return refuse(error,
		      "unknown command '" QUOTED "'; %sto trace a command, put -- before it: "
		      "tpconnect --%s",
		      *words, meant, command);
}

/* The names of a set of commands, as in "trace and count". */
static void join_commands(unsigned int commands, char *out, size_t size)
{
	size_t len = 0;

	for (size_t i = 0; command_name(i); i++) {
		unsigned int before = commands & (CMD(i) - 1), after = commands & ~(CMD(i + 1) - 1);
		const char *separator = !before ? "" : after ? ", " : " and ";

		if (commands & CMD(i))
			len += (size_t)snprintf(out + len, size - len, "%s%s", separator,
						command_name(i));
	}
}

int not_of_command(const struct option_row *row, enum command command, struct error *error)
{
	char names[96];

	join_commands(row->commands, names, sizeof(names));
	return refuse(error, "--%s is for %s; leave it out of tpconnect %s", row->name, names,
		      command_name(command));
}
