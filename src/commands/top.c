// SPDX-License-Identifier: MIT
/* tpconnect top: a screen, or a line of JSON each interval. */
#include "commands/top.h"

#include <string.h>

#include "commands/run.h"

int top_main(const struct options *options, bool color)
{
	if (!strcmp(options->output.format, "json"))
		return top_frames(options);
	return options->output.replay_path ? top_replay(options, color)
					   : top_screen(options, color);
}
