// SPDX-License-Identifier: MIT
/* Any bytes: we take for JSON what jansson does, and with the same values in it. */
#include <jansson.h>
#include <string.h>

#include "fuzz/check.h"
#include "util/json_pick.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TEXT_SIZE 65536

static json_t *build(struct json_reader *reader, enum json_token token);

/* jansson takes no number beyond its types: then it may refuse what we take. */
static json_t *build_number(const struct json_reader *reader)
{
	return json_loadb(reader->text.at, reader->text.len, JSON_DECODE_ANY, NULL);
}

static json_t *build_string(const struct json_reader *reader)
{
	static char text[TEXT_SIZE];

	return json_text(reader, text, sizeof(text)) ? NULL : json_string(text);
}

static json_t *build_array(struct json_reader *reader)
{
	json_t *array = json_array();
	enum json_token token;

	while ((token = json_next(reader)) != TOKEN_ARRAY_END)
		if (json_array_append_new(array, build(reader, token))) {
			json_decref(array);
			return NULL;
		}
	return array;
}

static json_t *build_object(struct json_reader *reader)
{
	static char key[TEXT_SIZE];
	json_t *object = json_object();

	while (json_next(reader) == TOKEN_KEY) {
		int err = json_text(reader, key, sizeof(key));
		char *copy = strdup(key); /* the value may be an object */

		check(copy, "out of memory");
		if (json_object_set_new(object, copy, build(reader, json_next(reader))) || err) {
			free(copy);
			json_decref(object);
			return NULL;
		}
		free(copy);
	}
	return object;
}

/* NULL: no JSON, or none that jansson must take. */
static json_t *build(struct json_reader *reader, enum json_token token)
{
	switch (token) {
	case TOKEN_OBJECT:
		return build_object(reader);
	case TOKEN_ARRAY:
		return build_array(reader);
	case TOKEN_STRING:
		return build_string(reader);
	case TOKEN_NUMBER:
		return build_number(reader);
	case TOKEN_TRUE:
		return json_true();
	case TOKEN_FALSE:
		return json_false();
	case TOKEN_NULL:
		return json_null();
	default:
		return NULL;
	}
}

/* Whether it is JSON, not too deep, to the end. */
static bool is_taken(const char *text, size_t size)
{
	struct json_reader reader = json_reader(text, size);
	enum json_token token;

	do {
		token = json_next(&reader);
		check(reader.depth <= JSON_DEPTH_MAX, "%u", reader.depth);
	} while (token != TOKEN_BAD && token != TOKEN_END);
	return token == TOKEN_END;
}

/* A level for each bracket, at most. */
static bool may_be_deep(const char *text, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < size; i++)
		n += text[i] == '[' || text[i] == '{';
	return n > JSON_DEPTH_MAX;
}

static void check_same(const char *text, size_t size, const json_t *theirs)
{
	struct json_reader reader = json_reader(text, size);
	json_t *ours;

	check(is_taken(text, size) || may_be_deep(text, size), "they take it, we do not");
	if (!is_taken(text, size))
		return;
	ours = build(&reader, json_next(&reader));
	check(ours && json_equal(ours, theirs), "values differ");
	json_decref(ours);
}

static void check_refused(const char *text, size_t size)
{
	struct json_reader reader = json_reader(text, size);
	json_t *ours = is_taken(text, size) ? build(&reader, json_next(&reader)) : NULL;

	check(!ours, "they refuse it, we do not");
}

static void check_pick(const char *text, size_t size)
{
	struct json_reader reader = json_reader(text, size);
	char name[8] = "", deep[8] = "";
	const struct json_pick picks[] = {
		{{"a"}, name, sizeof(name)},
		{{"b", JSON_PICK_FIRST, "c"}, deep, sizeof(deep)},
	};

	json_pick(&reader, picks, 2);
	check(memchr(name, 0, sizeof(name)) && memchr(deep, 0, sizeof(deep)), "no end");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	json_t *theirs;

	check(text, "out of memory");
	memcpy(text + 1, data, size); /* the allocation ends where the text does */
	theirs = json_loadb(text + 1, size, JSON_DECODE_ANY, NULL);
	if (memchr(text + 1, 0, size)) /* jansson takes it for the end */
		check(!is_taken(text + 1, size), "a NUL is taken");
	else if (theirs)
		check_same(text + 1, size, theirs);
	else
		check_refused(text + 1, size);
	check_pick(text + 1, size);
	json_decref(theirs);
	free(text);
	return 0;
}
