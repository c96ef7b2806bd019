// SPDX-License-Identifier: MIT
#include "format/report_count.h"

#include "format/fields.h"

/*
 * Leaves out an error whole if it does not fit: a number that is cut off would be another number.
 */
static void errors_shorten(struct cell *cell, size_t whole, size_t name, unsigned int max)
{
	cell->text.len = whole ? whole : name < max ? name : max - 1;
	cell_done(cell);
	buffer_literal(&cell->text, ELLIPSIS);
	cell->width++;
}

/* "ECONNREFUSED=3,ETIMEDOUT=1"; in fewer columns "ECONNREFUSED=3…". */
static void errors_cell(struct cell *cell, const struct counts *counts, unsigned int max)
{
	size_t whole = 0, name = 0;

	cell_start(cell);
	for_each_error(error, counts)
	{
		if (cell->text.len)
			buffer_putc(&cell->text, ',');
		field_error_or_other(&cell->text, error->error);
		name = name ? name : cell->text.len;
		buffer_putc(&cell->text, '=');
		buffer_u64(&cell->text, error->n);
		if (cell->text.len < max)
			whole = cell->text.len;
	}
	if (!cell->text.len)
		buffer_putc(&cell->text, '-');
	cell_done(cell);
	if (cell->width > max)
		errors_shorten(cell, whole, name, max);
}

enum { ATTEMPTS, ESTABLISHED, FAILED, CANCELLED, ERRORS, N_COLUMNS };

static void fill(struct cell *cell, const void *value, unsigned int column, unsigned int max)
{
	const struct counts *counts = value;

	switch (column) {
	case ATTEMPTS:
		cell_number(cell, counts->attempts);
		break;
	case ESTABLISHED:
		cell_number(cell, counts->established);
		break;
	case FAILED:
		cell_number(cell, counts->failed);
		break;
	case CANCELLED:
		cell_number(cell, counts->cancelled);
		break;
	default:
		errors_cell(cell, counts, max);
	}
}

static bool alarms(const void *value)
{
	return ((const struct counts *)value)->failed;
}

const struct report_columns count_columns = {
	.n = N_COLUMNS,
	/* Short, so that errors have room in 80 columns. */
	.names = {"ATTEMPTS", "ESTAB", "FAILED", "CANCEL", "ERRORS"},
	.fill = fill,
	.last_is_words = true,
	.alarms = alarms,
};

static void json_errors(struct json *json, const struct counts *counts)
{
	for_each_error(error, counts)
	{
		json_key_begin(json);
		buffer_literal(json->out, "tpconnect.failed.");
		field_error_or_other(json->out, error->error);
		json_key_end(json);
		buffer_u64(json->out, error->n);
	}
}

void count_json(struct buffer *out, const struct group *group, unsigned int by,
		const struct span *span, const struct format_context *ctx)
{
	const struct counts *counts = group->value;
	struct json json = {.out = out};

	report_json_open(&json, "tpconnect.count", group, by, span, ctx);
	json_u64(&json, "tpconnect.attempts", counts->attempts);
	json_u64(&json, "tpconnect.established", counts->established);
	json_u64(&json, "tpconnect.failed", counts->failed);
	json_u64(&json, "tpconnect.cancelled", counts->cancelled);
	json_errors(&json, counts);
	report_json_close(&json);
}
