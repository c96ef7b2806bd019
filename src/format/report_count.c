// SPDX-License-Identifier: MIT
#include "format/report_count.h"

#include "format/color.h"
#include "format/fields.h"
#include "util/array.h"

static const char *column_name(int column)
{
	/* Short, so that errors have room in 80 columns. */
	static const char *const names[] = {"ATTEMPTS", "ESTAB", "FAILED", "CANCEL", "ERRORS"};

	return column < KEY_COLUMNS ? key_column_name((enum key_column)column)
				    : names[column - COUNT_ATTEMPTS];
}

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

static void fill_cell(struct cell *cell, const struct group *group, int column,
		      const struct names *names, unsigned int max)
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
		errors_cell(cell, counts, max);
		break;
	default:
		key_cell(cell, group, (enum key_column)column, names, max);
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

static int first_key(const struct count_table *table)
{
	int column = 0;

	while (column < KEY_COLUMNS - 1 && !table->width[column])
		column++;
	return column;
}

/* The columns of the key together, and the spaces between them. */
static unsigned int key_width(const struct count_table *table)
{
	unsigned int width = 0;

	for (int i = 0; i < KEY_COLUMNS; i++)
		if (table->width[i])
			width += table->width[i] + (width ? 1 : 0);
	return width;
}

void count_table_fit(struct count_table *table, const struct group *group,
		     const struct names *names)
{
	struct cell cell;

	for (int i = group->other ? KEY_COLUMNS : 0; i < COUNT_COLUMNS; i++)
		if (table->width[i]) {
			fill_cell(&cell, group, i, names, CELL_MAX);
			fit(table, i, cell.width);
		}
	if (!group->other)
		return;
	other_cell(&cell, group);
	if (cell.width > key_width(table))
		table->width[first_key(table)] += cell.width - key_width(table);
}

/* The columns that are shortened, in turn, and to how many columns of the terminal. */
static const struct {
	int column;
	unsigned int least;
} shrinkings[] = {
	{COUNT_ERRORS, 20},  {KEY_CGROUP, 24}, {KEY_EXE, 24},  {KEY_UNIT, 24},
	{KEY_CONTAINER, 12}, {KEY_DST, 15},    {KEY_COMM, 8},  {KEY_USER, 8},
	{KEY_CGROUP, 12},    {KEY_EXE, 12},    {KEY_UNIT, 12}, {COUNT_ERRORS, 14},
	{COUNT_ERRORS, 6},
};

void count_table_narrow(struct count_table *table, unsigned int width)
{
	unsigned int total = COUNT_COLUMNS - KEY_COLUMNS + key_width(table), over;

	for (int i = KEY_COLUMNS; i < COUNT_COLUMNS; i++)
		total += table->width[i];
	over = total > width ? total - width : 0;
	for (size_t i = 0; i < ARRAY_SIZE(shrinkings); i++)
		cell_shrink(&table->width[shrinkings[i].column], &over, shrinkings[i].least);
}

/*
 * Fills the cell up to its column's width, but not in the last column: a line ends with its text.
 */
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

static void put_key(struct buffer *out, const struct count_table *table, const struct group *group,
		    const struct names *names)
{
	struct cell cell;

	if (group->other) {
		other_cell(&cell, group);
		cell_put(out, &cell, key_width(table), false);
		buffer_putc(out, ' ');
		return;
	}
	for (int i = 0; i < KEY_COLUMNS; i++)
		if (table->width[i]) {
			key_cell(&cell, group, (enum key_column)i, names, table->width[i]);
			put_cell(out, table, i, &cell);
		}
}

void count_table_row(struct buffer *out, const struct count_table *table, const struct group *group,
		     const struct format_context *ctx)
{
	const struct counts *counts = group->value;
	struct cell cell;

	put_key(out, table, group, ctx->names);
	for (int i = KEY_COLUMNS; i < COUNT_COLUMNS; i++) {
		/* Spaces and newline are not colored: some terminals paint them. */
		bool red = ctx->color && counts->failed && i == COUNT_ERRORS;

		fill_cell(&cell, group, i, ctx->names, table->width[i]);
		if (red) {
			buffer_literal(out, SGR_RED);
			cell_put(out, &cell, 0, false);
			buffer_literal(out, SGR_PLAIN "\n");
		} else {
			put_cell(out, table, i, &cell);
		}
	}
}

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
