// SPDX-License-Identifier: MIT
#include "format/color.h"

const char *kind_color(enum event_kind kind)
{
	switch (kind) {
	case EVENT_FAILED:
		return SGR_RED;
	case EVENT_CANCELLED:
	case EVENT_RETRY:
		return SGR_YELLOW;
	default:
		return "";
	}
}
