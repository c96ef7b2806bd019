// SPDX-License-Identifier: MIT
#include "cli/count_report.h"

#include "format/fields.h"

#define RED   "\033[31m"
#define PLAIN "\033[0m"

static const char *column_name(int column)
{
	static const char *const names[] = {"ATTEMPTS", "ESTABLISHED", "FAILED", "CANCELLED",
					    "ERRORS"};

	return column < KEY_COLUMNS ? key_column_name((enum key_column)column)
				    : names[column - COUNT_ATTEMPTS];
}

/* "ECONNREFUSED=3,ETIMEDOUT=1". */
static void errors_cell(struct cell *cell, const struct counts *counts)
{
	cell_start(cell);
	for (const struct error_count *error = counts->errors;
	     error <= counts->errors + COUNTS_ERRORS && error->n; error++) {
		if (cell->text.len)
			buffer_putc(&cell->text, ',');
		if (error->error)
			field_errno(&cell->text, error->error);
		else
			buffer_literal(&cell->text, "other");
		buffer_putc(&cell->text, '=');
		buffer_u64(&cell->text, error->n);
	}
	if (!cell->text.len)
		buffer_putc(&cell->text, '-');
	cell_done(cell);
}

static void fill_cell(struct cell *cell, const struct group *group, int column,
		      const struct names *names)
{
	const struct counts *counts = group->value;

	switch (column) {
	case COUNT_ATTEMPTS:
		cell_number(cell, counts->attempts);
		break;
	case COUNT_ESTABLISHED:
		cell_number(cell, counts->established);
		break;
	case COUNT_FAILED:
		cell_number(cell, counts->failed);
		break;
	case COUNT_CANCELLED:
		cell_number(cell, counts->cancelled);
		break;
	case COUNT_ERRORS:
		errors_cell(cell, counts);
		break;
	default:
		key_cell(cell, group, (enum key_column)column, names);
	}
}

static void fit(struct count_table *table, int column, unsigned int width)
{
	if (table->width[column] < width)
		table->width[column] = width;
}

void count_table_start(struct count_table *table, unsigned int by)
{
	*table = (struct count_table){0};
	for (int i = 0; i < COUNT_COLUMNS; i++)
		if (i >= KEY_COLUMNS || key_has(by, (enum key_column)i))
			fit(table, i, (unsigned int)strlen(column_name(i)));
}

void count_table_fit(struct count_table *table, const struct group *group,
		     const struct names *names)
{
	struct cell cell;

	for (int i = 0; i < COUNT_COLUMNS; i++)
		if (table->width[i]) {
			fill_cell(&cell, group, i, names);
			fit(table, i, cell.width);
		}
}

/* The last column is not filled up: a line ends with its text. */
static void put_cell(struct buffer *out, const struct count_table *table, int column,
		     const struct cell *cell)
{
	bool right = column == KEY_PID || (column >= COUNT_ATTEMPTS && column < COUNT_ERRORS);

	cell_put(out, cell, column == COUNT_ERRORS ? 0 : table->width[column], right);
	buffer_putc(out, column == COUNT_ERRORS ? '\n' : ' ');
}

void count_table_header(struct buffer *out, const struct count_table *table)
{
	struct cell cell;

	for (int i = 0; i < COUNT_COLUMNS; i++)
		if (table->width[i]) {
			cell_word(&cell, column_name(i));
			put_cell(out, table, i, &cell);
		}
}

void count_table_row(struct buffer *out, const struct count_table *table, const struct group *group,
		     const struct format_context *ctx)
{
	const struct counts *counts = group->value;
	struct cell cell;

	for (int i = 0; i < COUNT_COLUMNS; i++) {
		/* Spaces and newline stay out of it: some terminals paint them. */
		bool red = ctx->color && counts->failed && i == COUNT_ERRORS;

		if (!table->width[i])
			continue;
		fill_cell(&cell, group, i, ctx->names);
		if (red) {
			buffer_literal(out, RED);
			cell_put(out, &cell, 0, false);
			buffer_literal(out, PLAIN "\n");
		} else {
			put_cell(out, table, i, &cell);
		}
	}
}

static void json_errors(struct buffer *out, const struct counts *counts)
{
	for (const struct error_count *error = counts->errors;
	     error <= counts->errors + COUNTS_ERRORS && error->n; error++) {
		buffer_literal(out, ",\"tpconnect.failed.");
		if (error->error)
			field_errno(out, error->error);
		else
			buffer_literal(out, "other");
		buffer_literal(out, "\":");
		buffer_u64(out, error->n);
	}
}

void count_json(struct buffer *out, const struct group *group, unsigned int by,
		const struct span *span, const struct format_context *ctx)
{
	const struct counts *counts = group->value;

	report_json(out, "tpconnect.count", group, by, span, ctx);
	report_json_number(out, "tpconnect.attempts", counts->attempts);
	report_json_number(out, "tpconnect.established", counts->established);
	report_json_number(out, "tpconnect.failed", counts->failed);
	report_json_number(out, "tpconnect.cancelled", counts->cancelled);
	json_errors(out, counts);
	buffer_literal(out, "}\n");
}
