// SPDX-License-Identifier: MIT
#include "util/json_pick.h"

/* A longer key is no pick's. */
#define KEY_SIZE 128

struct picking {
	struct json_reader *reader;
	const struct json_pick *picks;
	size_t n;
};

static bool pick_value(const struct picking *picking, enum json_token token, uint32_t set,
		       size_t level);

/* Those of set, a bit each, that have this key on that level. */
static uint32_t with_key(const struct picking *picking, uint32_t set, size_t level, const char *key)
{
	uint32_t found = 0;

	for (size_t i = 0; i < picking->n; i++) {
		const char *name = set >> i & 1 ? picking->picks[i].keys[level] : NULL;

		if (name && !strcmp(name, key))
			found |= 1u << i;
	}
	return found;
}

/* For those of set whose keys end here. */
static void take_text(const struct picking *picking, uint32_t set, size_t level)
{
	for (size_t i = 0; i < picking->n; i++)
		if (set >> i & 1 && !picking->picks[i].keys[level])
			json_text(picking->reader, picking->picks[i].out, picking->picks[i].size);
}

static bool pick_object(const struct picking *picking, uint32_t set, size_t level)
{
	struct json_reader *reader = picking->reader;
	enum json_token token;
	char key[KEY_SIZE];

	while ((token = json_next(reader)) == TOKEN_KEY) {
		uint32_t found = 0;

		if (!json_text(reader, key, sizeof(key)))
			found = with_key(picking, set, level, key);
		if (!pick_value(picking, json_next(reader), found, level + 1))
			return false;
	}
	return token == TOKEN_OBJECT_END;
}

static bool pick_array(const struct picking *picking, uint32_t set, size_t level)
{
	uint32_t found = with_key(picking, set, level, JSON_PICK_FIRST);
	enum json_token token;

	while ((token = json_next(picking->reader)) != TOKEN_ARRAY_END) {
		if (!pick_value(picking, token, found, level + 1))
			return false;
		found = 0;
	}
	return true;
}

/* token: the value's first. The levels are those of the keys: nothing else is gone into. */
static bool pick_value(const struct picking *picking, enum json_token token, uint32_t set,
		       size_t level)
{
	if (token == TOKEN_STRING)
		take_text(picking, set, level);
	else if (set && token == TOKEN_OBJECT)
		return pick_object(picking, set, level);
	else if (set && token == TOKEN_ARRAY)
		return pick_array(picking, set, level);
	return json_skip(picking->reader, token);
}

bool json_pick(struct json_reader *reader, const struct json_pick *picks, size_t n)
{
	const struct picking picking = {reader, picks, n};
	enum json_token token = json_next(reader);

	if (token == TOKEN_END || token == TOKEN_ARRAY_END)
		return false;
	return pick_value(&picking, token, n < 32 ? (1u << n) - 1 : UINT32_MAX, 0);
}
