// SPDX-License-Identifier: MIT
#include "top/rows_filter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/wanted.h"
#include "top/rows.h"
#include "top/rows_words.h"
#include "util/address.h"
#include "util/vector.h"

struct filter {
	struct vector words; /* of struct filter_word */
	const struct names *names;
	char *text; /* of the words */
};

int filter_new(const char *words, const struct names *names, struct filter **ret)
{
	struct filter *filter = calloc(1, sizeof(*filter));
	int err;

	if (!filter)
		return -ENOMEM;
	filter->names = names;
	filter->text = strdup(words);
	err = filter->text ? words_parse(filter->text, &filter->words) : -ENOMEM;
	if (err) {
		filter_free(filter);
		return err;
	}
	*ret = filter;
	return 0;
}

void filter_free(struct filter *filter)
{
	if (!filter)
		return;
	vector_free(&filter->words);
	free(filter->text);
	free(filter);
}

bool filter_asks(const struct filter *filter)
{
	const struct filter_word *words = filter->words.items;

	for (size_t i = 0; i < filter->words.n; i++)
		if (!words[i].left_out)
			return true;
	return false;
}

static bool has_part(const char *text, const struct filter_word *word)
{
	return text && strcasestr(text, word->text);
}

/* An id by its beginning: its digits are in no order that could be searched for. */
static bool container_fits(const struct live_pair *pair, const struct filter_word *word)
{
	const char *id = pair->container;

	if (id && is_hex(id, CONTAINER_ID_MIN) && !strncasecmp(id, word->text, strlen(word->text)))
		return true;
	return (id && !is_hex(id, CONTAINER_ID_MIN) && has_part(id, word)) ||
	       has_part(pair->container_name, word);
}

static bool user_fits(const struct live_pair *pair, const struct filter_word *word,
		      const struct names *names)
{
	if (!pair->has_process)
		return false;
	return word->has_number ? pair->uid == word->number
				: has_part(names_user(names, pair->uid), word);
}

static bool port_fits(const struct live_pair *pair, const struct filter_word *word,
		      const struct names *names)
{
	return word->has_number ? pair->dst.port == word->number
				: has_part(names_service(names, pair->dst.port), word);
}

static bool is_within(const uint8_t addr[16], const struct filter_address *network)
{
	uint32_t bytes = network->bits / 8, bits = network->bits % 8;

	return !memcmp(addr, network->addr, bytes) &&
	       (!bits || !((addr[bytes] ^ network->addr[bytes]) >> (8 - bits)));
}

static bool address_begins(const struct live_pair *pair, const char *beginning)
{
	char text[ADDRESS_TEXT_MAX];
	struct buffer out = {.data = text, .cap = sizeof(text)};
	size_t len = strlen(beginning);

	put_zoned_address(&out, pair->dst.addr, pair->family, pair->dst.scope_id);
	return len <= out.len && !strncasecmp(text, beginning, len);
}

static bool address_fits(const struct live_pair *pair, const struct filter_word *word)
{
	const struct filter_address *address = &word->address;

	if (!word->has_address)
		return address_begins(pair, word->begins);
	return is_within(pair->dst.addr, address) &&
	       (!address->has_port || address->port == pair->dst.port) &&
	       (!address->scope_id || address->scope_id == pair->dst.scope_id);
}

static bool has_error(const struct filter_word *word, uint16_t error)
{
	return error / 64 < FILTER_ERRORS && word->errors[error / 64] >> error % 64 & 1;
}

static bool connections_fit(const struct live_pair *pair, const struct filter_word *word)
{
	const struct live_connection *c;

	if (has_error(word, pair->error))
		return true;
	if (!word->states && !word->has_errors)
		return false;
	for (c = pair->connections; c; c = c->next)
		if ((c->state < 32 && word->states >> c->state & 1) || has_error(word, c->error))
			return true;
	return false;
}

/* Where there is a container, a scope is named by its id again. */
static bool unit_fits(const struct live_pair *pair, const struct filter_word *word)
{
	return (word->fields == FIELD_UNIT || !pair->container) && has_part(pair->unit, word);
}

static bool word_fits(const struct live_pair *pair, const struct filter_word *word,
		      const struct names *names)
{
	unsigned int fields = word->fields;

	return (fields & FIELD_PID && word->has_number && pair->has_process &&
		pair->pid == word->number) ||
	       (fields & FIELD_USER && user_fits(pair, word, names)) ||
	       (fields & FIELD_PORT && port_fits(pair, word, names)) ||
	       (fields & FIELD_COMM && strcasestr(pair->comm, word->text)) ||
	       (fields & FIELD_EXE && has_part(pair->exe, word)) ||
	       (fields & FIELD_CONTAINER && container_fits(pair, word)) ||
	       (fields & FIELD_UNIT && unit_fits(pair, word)) ||
	       (fields & FIELD_CGROUP && has_part(pair->cgroup, word)) ||
	       (fields & FIELD_NAME && has_part(pair->name, word)) ||
	       (fields & FIELD_ADDRESS && address_fits(pair, word)) ||
	       (fields & (FIELD_STATE | FIELD_ERROR) && connections_fit(pair, word));
}

bool filter_fits(const struct filter *filter, const struct live_pair *pair)
{
	const struct filter_word *words = filter->words.items;
	bool fits = true;

	for (size_t i = 0; i < filter->words.n; i++) {
		if (words[i].alternative && fits)
			return true;
		if (words[i].alternative)
			fits = true;
		if (fits)
			fits = word_fits(pair, &words[i], filter->names) != words[i].left_out;
	}
	return fits;
}

bool rows_fit(const struct live_pair *pair, const char *words, const struct names *names)
{
	struct filter *filter;
	bool fits;

	if (filter_new(words, names, &filter))
		return true;
	fits = filter_fits(filter, pair);
	filter_free(filter);
	return fits;
}
