// SPDX-License-Identifier: MIT
/* tpconnect record: every event, kept in a store. */
#include "commands/run.h"
#include "util/log.h"
#include "util/status.h"

int record_main(const struct options *options, bool color)
{
	(void)options, (void)color;
	log_error("record is not built yet");
	return STATUS_FAILED;
}

int history_main(const struct options *options, bool color)
{
	(void)options, (void)color;
	log_error("history is not built yet");
	return STATUS_FAILED;
}
