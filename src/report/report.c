// SPDX-License-Identifier: MIT
#include "report/report.h"

#include <string.h>

report_put *report_find(const char *name)
{
	static const struct {
		const char *name;
		report_put *put;
	} formats[] = {{"html", report_html}, {"md", report_md}, {"dot", report_dot}};

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (!strcmp(formats[i].name, name))
			return formats[i].put;
	return NULL;
}
