// SPDX-License-Identifier: MIT
/* What the table shows of a row. */
#include "format/brief.h"
#include "top/spark.h"
#include "top/table.h"

/* Cells of who and where */

/* The name to the left, the pid to the right. */
static void process_cell(struct cell *cell, const struct live_pair *pair, unsigned int width)
{
	char data[16];
	struct buffer pid = {.data = data, .cap = sizeof(data)};

	if (!pair->has_process || width < WHO_WITH_PID) {
		cell_name(cell, pair->has_process ? pair->comm : "(unknown)", width);
		return;
	}
	buffer_u64(&pid, pair->pid);
	cell_name(cell, pair->comm, width - (unsigned int)pid.len - 1);
	buffer_spaces(&cell->text, width - cell->width - (unsigned int)pid.len);
	buffer_put(&cell->text, data, pid.len);
	cell->width = width;
}

static void number_of(struct cell *cell, size_t n, const char *what)
{
	cell_start(cell);
	brief_count(&cell->text, n);
	buffer_puts(&cell->text, what);
	cell_done(cell);
}

/* Whether all pairs of the row have that in common. */
static bool is_common(const struct table *table, const struct row *row, enum table_column column)
{
	if (row->n_pairs == 1 || table->by == ROWS_PROCESS)
		return true;
	return (column == TABLE_USER && table->by == ROWS_USER) ||
	       (column == TABLE_PLACE && table->by == ROWS_CONTAINER) ||
	       (column == TABLE_EXE && table->by == ROWS_EXE);
}

/* What the rows are named by, but for destinations. */
static void first_cell(struct cell *cell, const struct table *table, const struct row *row,
		       unsigned int width)
{
	const struct live_pair *pair = row->pair;

	switch (table->by) {
	case ROWS_EXE:
		exe_cell(cell, pair, width);
		break;
	case ROWS_CONTAINER:
		place_cell(cell, pair, width);
		break;
	case ROWS_USER:
		user_cell(cell, pair, table->draw->head->names, width);
		break;
	case ROWS_PAIR:
	case ROWS_PROCESS:
		process_cell(cell, pair, width);
		break;
	default:
		if (row->n_pairs == 1)
			process_cell(cell, pair, width);
		else if (table->by == ROWS_DST) /* each of its pairs has another process */
			number_of(cell, row->n_pairs, " processes");
		else
			cell_word(cell, "several");
	}
}

/* What tells its pairs apart there are addresses. */
static bool is_below_a_name(const struct view *view)
{
	return view->by == ROWS_NAME || (view->inside && view->of_by == ROWS_NAME);
}

static void dst_cell(struct cell *cell, const struct table *table, const struct row *row,
		     unsigned int width)
{
	const struct live_pair *pair = row->pair;

	if (table->by == ROWS_NETWORK)
		network_cell(cell, pair, width);
	else if (table->by == ROWS_PORT)
		port_cell(cell, pair->dst.port, table->draw->head->names, width);
	else if (table->by == ROWS_NAME)
		name_cell(cell, pair, width);
	else if (row->n_pairs == 1 && !is_below_a_name(table->draw->view))
		peer_cell(cell, pair, width);
	else if (row->n_pairs == 1 || table->by == ROWS_DST)
		cell_endpoint(cell, &pair->dst, pair->family, NULL, width);
	else if (table->by == ROWS_PROCESS)
		number_of(cell, row->n_pairs, width < 18 ? " dests" : " destinations");
	else
		cell_word(cell, "several");
}

/* Cells of figures */

size_t intervals_per_bar(const struct table *table)
{
	return table->width[TABLE_SPARK] < 30 ? 3 : 1;
}

static void history_cell(struct cell *cell, const struct table *table, const struct row *row)
{
	size_t width = table->width[TABLE_SPARK], per = intervals_per_bar(table);
	size_t n = width * per, n_history = live_sums(table->draw->live)->n_history;
	size_t n_known = n_history < n ? n_history : n;
	const uint32_t *history = row->history + LIVE_HISTORY - n;
	uint64_t values[SPARK_MAX] = {0};

	for (size_t i = 0; i < n; i++)
		values[i / per] += history[i];
	spark_cell(cell, values, width, (n - n_known) / per, table->draw->view->line.utf8);
}

static void figure_cell(struct cell *cell, const struct table *table, const struct row *row,
			enum table_column column)
{
	uint64_t interval_ns = table->draw->head->interval_ns;

	if (table->draw->head->replay && (column == TABLE_TX_RATE || column == TABLE_RX_RATE)) {
		cell_word(cell, "-"); /* a record has none */
		return;
	}
	switch (column) {
	case TABLE_OPEN:
		count_cell(cell, row->n_open);
		break;
	case TABLE_PENDING:
		count_cell(cell, row->n_pending);
		break;
	case TABLE_NEW:
		rate_cell(cell, row->last.begun, interval_ns);
		break;
	case TABLE_FAIL:
		rate_cell(cell, row->last.failed, interval_ns);
		break;
	case TABLE_FAILED:
		count_cell(cell, row->failed);
		break;
	case TABLE_RETRY:
		count_cell(cell, row->retries);
		break;
	case TABLE_P50:
		duration_cell(cell, row->p50_ns);
		break;
	case TABLE_P99:
		duration_cell(cell, row->p99_ns);
		break;
	case TABLE_MAX:
		duration_cell(cell, row->max_ns);
		break;
	case TABLE_TX_RATE:
		size_cell(cell, row->tx_rate);
		break;
	case TABLE_RX_RATE:
		size_cell(cell, row->rx_rate);
		break;
	case TABLE_TX:
		size_cell(cell, row->tx);
		break;
	case TABLE_RX:
		size_cell(cell, row->rx);
		break;
	default:
		history_cell(cell, table, row);
	}
}

void table_cell(struct cell *cell, const struct table *table, const struct row *row,
		enum table_column column)
{
	unsigned int width = table->width[column];

	switch (column) {
	case TABLE_WHO:
		first_cell(cell, table, row, width);
		return;
	case TABLE_DST:
		dst_cell(cell, table, row, width);
		return;
	case TABLE_USER:
	case TABLE_PLACE:
	case TABLE_EXE:
		if (!is_common(table, row, column))
			cell_word(cell, "several");
		else if (column == TABLE_USER)
			user_cell(cell, row->pair, table->draw->head->names, width);
		else if (column == TABLE_PLACE)
			place_cell(cell, row->pair, width);
		else
			exe_cell(cell, row->pair, width);
		return;
	default:
		figure_cell(cell, table, row, column);
	}
}
