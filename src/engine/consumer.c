// SPDX-License-Identifier: MIT
#include "engine/consumer.h"

bool consumers_are_busy(const struct consumer *consumers, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (consumers[i].busy && consumers[i].busy(consumers[i].ctx))
			return true;
	return false;
}

bool consumers_have_room(const struct consumer *consumers, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (consumers[i].has_room && !consumers[i].has_room(consumers[i].ctx))
			return false;
	return true;
}

bool consumers_reopen(const struct consumer *consumers, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (consumers[i].reopen)
			return true;
	return false;
}
