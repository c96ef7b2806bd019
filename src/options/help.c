// SPDX-License-Identifier: MIT
/* --help, from the option table. */
#include <string.h>

#include "options/rows.h"

static void help_row(FILE *to, const struct option_row *row)
{
	char left[64];
	const char *line = row->help;

	snprintf(left, sizeof(left), "  %c%c%c --%s%s%s%s", row->letter ? '-' : ' ',
		 row->letter ? row->letter : ' ', row->letter ? ',' : ' ', row->name,
		 !row->value	       ? ""
		 : row->value_optional ? "[="
				       : " ",
		 row->value ? row->value : "", row->value_optional ? "]" : "");
	for (;;) {
		int len = strcspn(line, "\n");

		fprintf(to, "%-27s %.*s\n", left, len, line);
		if (!line[len])
			return;
		line += len + 1;
		left[0] = 0;
	}
}

void options_help(FILE *to)
{
	fputs("Usage: tpconnect [trace] [OPTION...] [-- COMMAND [ARG...]]\n"
	      "       tpconnect count [OPTION...] [INTERVAL] [-- COMMAND [ARG...]]\n"
	      "       tpconnect latency [OPTION...] [INTERVAL] [-- COMMAND [ARG...]]\n"
	      "       tpconnect list [OPTION...]\n"
	      "       tpconnect top [OPTION...] [INTERVAL] [-- COMMAND [ARG...]]\n"
	      "       tpconnect audit [OPTION...] [-- COMMAND [ARG...] | FILE...]\n"
	      "       tpconnect record [OPTION...]\n"
	      "       tpconnect history [OPTION...]\n"
	      "       tpconnect report [-o FORMAT] FILE...\n"
	      "       tpconnect detach [--pin DIR]\n"
	      "       tpconnect doctor\n"
	      "\n"
	      "Shows every outbound TCP connection that this host attempts: who, where to, whether "
	      "it\n"
	      "worked, why not, and how long the handshake took. With a COMMAND, only what it and "
	      "its\n"
	      "descendants open; the exit status is then the command's own. Each INTERVAL (1, 5s, "
	      "500ms),\n"
	      "count and latency report what came in it; without one, everything at the end. list "
	      "shows\n"
	      "what is open already, and who holds it.\n"
	      "\n",
	      to);
	for (size_t i = 0; command_name(i); i++)
		fprintf(to, "  %-25s %s\n", command_name(i), command_help(i));
	for (size_t i = 0; i < n_option_rows; i++) {
		if (option_rows[i].headline)
			fprintf(to, "\n%s:\n", option_rows[i].headline);
		help_row(to, &option_rows[i]);
	}
	fputs("\nFilters of one kind are alternatives, those of different kinds all apply. ! "
	      "before a "
	      "value\n"
	      "leaves it out, in single quotes because of the shell: -d '!127.0.0.0/8,!::1'.\n",
	      to);
	fputs("\nExit status: 0 done; 1 failed at run time; 2 wrong usage; 3 this host cannot run "
	      "it;\n"
	      "audit --allow: 120 something unexpected; 121 it cannot vouch for what it saw.\n",
	      to);
}
