// SPDX-License-Identifier: MIT
#include "format/report_table.h"

#include "format/color.h"
#include "util/array.h"

static int n_columns(const struct report_table *table)
{
	return KEY_COLUMNS + (int)table->columns->n;
}

static bool is_last(const struct report_table *table, int column)
{
	return column == n_columns(table) - 1;
}

static const char *column_name(const struct report_table *table, int column)
{
	return column < KEY_COLUMNS ? key_column_name((enum key_column)column)
				    : table->columns->names[column - KEY_COLUMNS];
}

static void fill_cell(struct cell *cell, const struct report_table *table,
		      const struct group *group, int column, const struct names *names,
		      unsigned int max)
{
	if (column < KEY_COLUMNS)
		key_cell(cell, group, (enum key_column)column, names, max);
	else
		table->columns->fill(cell, group->value, (unsigned int)column - KEY_COLUMNS, max);
}

static void fit(struct report_table *table, int column, unsigned int width)
{
	if (table->width[column] < width)
		table->width[column] = width;
}

void report_table_start(struct report_table *table, const struct report_columns *columns,
			unsigned int by)
{
	*table = (struct report_table){.columns = columns};
	for (int i = 0; i < n_columns(table); i++)
		if (i >= KEY_COLUMNS || key_has(by, (enum key_column)i))
			fit(table, i, (unsigned int)strlen(column_name(table, i)));
}

static int first_key(const struct report_table *table)
{
	int column = 0;

	while (column < KEY_COLUMNS - 1 && !table->width[column])
		column++;
	return column;
}

/* The columns of the key together, and the spaces between them. */
static unsigned int key_width(const struct report_table *table)
{
	unsigned int width = 0;

	for (int i = 0; i < KEY_COLUMNS; i++)
		if (table->width[i])
			width += table->width[i] + (width ? 1 : 0);
	return width;
}

void report_table_fit(struct report_table *table, const struct group *group,
		      const struct names *names)
{
	struct cell cell;

	for (int i = group->other ? KEY_COLUMNS : 0; i < n_columns(table); i++)
		if (table->width[i]) {
			fill_cell(&cell, table, group, i, names, CELL_MAX);
			fit(table, i, cell.width);
		}
	if (!group->other)
		return;
	other_cell(&cell, group);
	if (cell.width > key_width(table))
		table->width[first_key(table)] += cell.width - key_width(table);
}

/*
 * The columns that are shortened, in turn, and to how many columns of the terminal. KEY_COLUMNS
 * stands for the last column, where that is of words.
 */
static const struct {
	int column;
	unsigned int least;
} shrinkings[] = {
	{KEY_COLUMNS, 20},   {KEY_CGROUP, 24}, {KEY_EXE, 24},  {KEY_UNIT, 24},	  {KEY_NAME, 24},
	{KEY_CONTAINER, 12}, {KEY_DST, 15},    {KEY_COMM, 8},  {KEY_USER, 8},	  {KEY_CGROUP, 12},
	{KEY_EXE, 12},	     {KEY_UNIT, 12},   {KEY_NAME, 12}, {KEY_COLUMNS, 14}, {KEY_COLUMNS, 6},
};

void report_table_narrow(struct report_table *table, unsigned int width)
{
	unsigned int total = table->columns->n + key_width(table), over;

	for (int i = KEY_COLUMNS; i < n_columns(table); i++)
		total += table->width[i];
	over = total > width ? total - width : 0;
	for (size_t i = 0; i < ARRAY_SIZE(shrinkings); i++) {
		int column = shrinkings[i].column;

		if (column < KEY_COLUMNS)
			cell_shrink(&table->width[column], &over, shrinkings[i].least);
		else if (table->columns->last_is_words)
			cell_shrink(&table->width[n_columns(table) - 1], &over,
				    shrinkings[i].least);
	}
}

/*
 * Fills the cell up to its column's width, but not with words in the last column: a line ends with
 * its text.
 */
static void put_cell(struct buffer *out, const struct report_table *table, int column,
		     const struct cell *cell)
{
	bool words = is_last(table, column) && table->columns->last_is_words;
	bool right = column == KEY_PID || (column >= KEY_COLUMNS && !words);

	cell_put(out, cell, words ? 0 : table->width[column], right);
	buffer_putc(out, is_last(table, column) ? '\n' : ' ');
}

void report_table_header(struct buffer *out, const struct report_table *table)
{
	struct cell cell;

	for (int i = 0; i < n_columns(table); i++)
		if (table->width[i]) {
			cell_word(&cell, column_name(table, i));
			put_cell(out, table, i, &cell);
		}
}

static void put_key(struct buffer *out, const struct report_table *table, const struct group *group,
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

void report_table_row(struct buffer *out, const struct report_table *table,
		      const struct group *group, const struct format_context *ctx)
{
	const struct report_columns *columns = table->columns;
	bool red = ctx->color && columns->alarms && columns->alarms(group->value);
	struct cell cell;

	put_key(out, table, group, ctx->names);
	for (int i = KEY_COLUMNS; i < n_columns(table); i++) {
		fill_cell(&cell, table, group, i, ctx->names, table->width[i]);
		/* Spaces and newline are not colored: some terminals paint them. */
		if (red && is_last(table, i)) {
			buffer_literal(out, SGR_RED);
			cell_put(out, &cell, 0, false);
			buffer_literal(out, SGR_PLAIN "\n");
		} else {
			put_cell(out, table, i, &cell);
		}
	}
}
