// SPDX-License-Identifier: MIT
#include "top/rows_words.h"

#include <ctype.h>
#include <string.h>

#include "model/event.h"
#include "util/address.h"
#include "util/array.h"
#include "util/errno_name.h"
#include "util/parse.h"

#define BLANKS " \t\n"

/* Of an address that is not whole yet. */
#define ADDRESS_CHARACTERS "0123456789abcdefABCDEF.:%[]"

#define NUMBER_FIELDS (FIELD_PID | FIELD_USER | FIELD_PORT)
#define TEXT_FIELDS                                                                                \
	(FIELD_USER | FIELD_COMM | FIELD_EXE | FIELD_CONTAINER | FIELD_UNIT | FIELD_STATE |        \
	 FIELD_ERROR | FIELD_NAME)

static const struct field_name {
	const char *name;
	unsigned int field;
} field_names[] = {
	{"pid", FIELD_PID},	  {"user", FIELD_USER},		  {"comm", FIELD_COMM},
	{"exe", FIELD_EXE},	  {"container", FIELD_CONTAINER}, {"unit", FIELD_UNIT},
	{"cgroup", FIELD_CGROUP}, {"address", FIELD_ADDRESS},	  {"port", FIELD_PORT},
	{"state", FIELD_STATE},	  {"error", FIELD_ERROR},	  {"name", FIELD_NAME},
};

/* 0: it is no field's name. */
static unsigned int field_of(const char *text)
{
	for (size_t i = 0; i < ARRAY_SIZE(field_names); i++)
		if (!strcasecmp(text, field_names[i].name))
			return field_names[i].field;
	return 0;
}

static bool parse_number(const char *text, uint64_t max, uint64_t *ret)
{
	return !parse_u64(text, 0, max, ret);
}

/* Takes "192.0.2.1:443" and "[2001:db8::7]:443" apart; *ret_port is NULL where there is none. */
static bool cut_port(char **text, char **ret_port)
{
	bool bracket = **text == '[';
	char *end = strchr(*text, bracket ? ']' : ':');

	*ret_port = NULL;
	if (bracket && !end)
		return false;
	if (!end || (!bracket && strchr(end + 1, ':')))
		return true;
	*text += bracket;
	*end = 0;
	end += bracket;
	if (!bracket || *end == ':')
		*ret_port = end + 1;
	return *ret_port || !*end;
}

static bool parse_address(const char *word, struct filter_address *ret)
{
	char copy[ADDRESS_TEXT_MAX + sizeof("[]:65535")], *text = copy, *port, *zone;
	struct filter_address address = {0};
	uint64_t number;

	if (strlen(word) >= sizeof(copy))
		return false;
	strcpy(copy, word);
	if (!cut_port(&text, &port))
		return false;
	if (port && *port) {
		if (!parse_number(port, UINT16_MAX, &number))
			return false;
		address.has_port = true;
		address.port = (uint16_t)number;
	}
	zone = strchr(text, '%');
	if (zone) {
		*zone = 0;
		if (!parse_number(zone + 1, UINT32_MAX, &number))
			return false;
		address.scope_id = (uint32_t)number;
	}
	if (parse_network(text, address.addr, &address.bits))
		return false;
	*ret = address;
	return true;
}

/* ":443" */
static bool is_port(const char *text)
{
	uint64_t number;

	return *text == ':' && parse_number(text + 1, UINT16_MAX, &number);
}

/* "10.0.0.0/": a network whose size is still to come. */
static bool is_half_a_network(const char *text)
{
	char copy[ADDRESS_TEXT_MAX + 1];
	struct filter_address address;
	size_t len = strlen(text);

	if (!len || text[len - 1] != '/' || len > sizeof(copy))
		return false;
	memcpy(copy, text, len - 1);
	copy[len - 1] = 0;
	return parse_address(copy, &address);
}

static bool looks_like_address(const char *text)
{
	return strspn(text, ADDRESS_CHARACTERS) == strlen(text) && strpbrk(text, ".:");
}

/* The next letter or digit, in lower case: FIN_WAIT1, fin-wait-1 and fin_wait_1 are the same. */
static int next_letter(const char **text)
{
	*text += strspn(*text, "_-");
	return **text ? tolower((unsigned char)*(*text)++) : 0;
}

static bool begins_with(const char *text, const char *beginning)
{
	int a, b;

	do {
		b = next_letter(&beginning);
		a = next_letter(&text);
	} while (b && a == b);
	return !b;
}

static bool state_fits(const char *name, const char *part)
{
	for (; name && *name; name++)
		if (begins_with(name, part))
			return true;
	return false;
}

static void find_states(struct filter_word *word)
{
	if (!word->text[strspn(word->text, "_-")])
		return;
	for (unsigned int state = 0; state < 32; state++)
		if (state_fits(tcp_state_name((uint8_t)state), word->text))
			word->states |= 1u << state;
}

static void find_errors(struct filter_word *word)
{
	for (unsigned int error = 1; error < FILTER_ERRORS * 64; error++) {
		const char *name = errno_name((int)error);

		if (!name || !strcasestr(name, word->text))
			continue;
		word->errors[error / 64] |= 1ull << error % 64;
		word->has_errors = true;
	}
}

/* Where a word is looked for that stands alone. */
static unsigned int fields_of(const struct filter_word *word)
{
	if (word->has_number)
		return NUMBER_FIELDS;
	if (word->has_address)
		return FIELD_ADDRESS;
	return looks_like_address(word->text) ? FIELD_ADDRESS | TEXT_FIELDS : TEXT_FIELDS;
}

/* fields: that were asked for; 0: none, so that its form says what it is. */
static struct filter_word word_of(const char *text, unsigned int fields, bool left_out)
{
	struct filter_word word = {.text = text, .left_out = left_out, .fields = fields};
	uint64_t number;

	word.has_number = parse_number(text, UINT32_MAX, &number);
	word.number = word.has_number ? (uint32_t)number : 0;
	word.has_address = parse_address(text, &word.address);
	word.begins = text + (*text == '[');
	if (!fields)
		word.fields = fields_of(&word);
	if (word.fields & FIELD_STATE)
		find_states(&word);
	if (word.fields & FIELD_ERROR)
		find_errors(&word);
	return word;
}

/* The next word behind any `!`, which `left_out` is set by; NULL behind the last. */
static char *next_word(char **rest, bool *left_out)
{
	char *word = strtok_r(NULL, BLANKS, rest);

	for (; word && *word == '!'; word++)
		*left_out = true;
	return word;
}

/* Whether a word is to be looked for. It is what comes next, or a field's name stands before it. */
static bool take_word(char **rest, bool ends, struct filter_word *ret)
{
	bool left_out = false;
	char *word = next_word(rest, &left_out);
	unsigned int field = field_of(word);
	char *value = field ? next_word(rest, &left_out) : NULL;

	if (field && !value && ends)
		return false;
	if (value)
		word = value;
	else
		field = 0;
	if (!*word || is_half_a_network(word))
		return false;
	if (!field && is_port(word)) {
		field = FIELD_PORT;
		word++;
	}
	*ret = word_of(word, field, left_out);
	return true;
}

static bool take_or(char **rest)
{
	if (strncasecmp(*rest, "or", 2) || ((*rest)[2] && !strchr(BLANKS, (*rest)[2])))
		return false;
	*rest += 2;
	return true;
}

int words_parse(char *text, struct vector *ret)
{
	size_t len = strlen(text);
	bool ends = len && strchr(BLANKS, text[len - 1]); /* the last word is not being typed */
	bool alternative = false;
	struct filter_word word;

	while (*(text += strspn(text, BLANKS))) {
		if (take_or(&text)) {
			alternative = ret->n > 0;
			continue;
		}
		if (!take_word(&text, ends, &word))
			continue;
		word.alternative = alternative;
		alternative = false;
		if (vector_push(ret, &word, sizeof(word)))
			return -ENOMEM;
	}
	return 0;
}
