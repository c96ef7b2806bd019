// SPDX-License-Identifier: MIT
#include "options/commands.h"

#include "util/array.h"

#define NAME_AND_HELP(number, name, run, help) [number] = {name, help},
static const struct {
	const char *name, *help;
} commands[] = {COMMANDS(NAME_AND_HELP)};

const char *command_name(size_t i)
{
	return i < ARRAY_SIZE(commands) ? commands[i].name : NULL;
}

const char *command_help(size_t i)
{
	return i < ARRAY_SIZE(commands) ? commands[i].help : NULL;
}
