// SPDX-License-Identifier: MIT
#include "terminal/keys.h"

#include <stdint.h>

#include "util/utf8.h"

#define ESC 0x1b
#define BEL 0x07
#define DEL 0x7f

/* ECMA-48, 8.3.6: what begun is cancelled. */
#define CAN KEY_CTRL('X')

/* xterm, control sequences: "Bracketed Paste Mode". */
#define PASTE_BEGINS 200
#define PASTE_ENDS   201

/* Another byte is needed. */
#define MORE (-1)

static int to_ground(struct keys *keys, int key)
{
	keys->state = KEYS_GROUND;
	return key;
}

static int to(struct keys *keys, int state)
{
	keys->state = state;
	return MORE;
}

static int control_key(struct keys *keys, unsigned char byte)
{
	if (byte == KEY_CTRL('C'))
		keys->pasted = false; /* it ends the program, whatever the terminal has sent */
	if (keys->pasted)
		return byte == '\r' || byte == '\n' || byte == '\t' ? ' ' : KEY_UNKNOWN;
	switch (byte) {
	case 0:
		return KEY_UNKNOWN;
	case '\r':
	case '\n':
		return KEY_ENTER;
	case '\t':
		return KEY_TAB;
	case '\b':
	case DEL:
		return KEY_BACKSPACE;
	default:
		return byte;
	}
}

static int ground(struct keys *keys, unsigned char byte)
{
	if (byte == ESC)
		return to(keys, KEYS_ESCAPE);
	if (byte < 0x20 || byte == DEL)
		return control_key(keys, byte);
	if (byte < 0x80)
		return byte;
	keys->n_whole = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 0;
	if (!keys->n_whole)
		return KEY_UNKNOWN;
	keys->bytes[0] = (char)byte;
	keys->n = 1;
	return to(keys, KEYS_UTF8);
}

static int utf8(struct keys *keys, unsigned char byte)
{
	uint32_t code_point;

	keys->bytes[keys->n++] = (char)byte;
	if (keys->n < keys->n_whole)
		return MORE;
	if (!utf8_step(keys->bytes, keys->n, &code_point) || is_control(code_point))
		return to_ground(keys, KEY_UNKNOWN);
	return to_ground(keys, (int)code_point);
}

/* xterm, control sequences: "PC-Style Function Keys"; with modifiers as well as without. */
static int final_key(unsigned char final)
{
	switch (final) {
	case 'A':
		return KEY_UP;
	case 'B':
		return KEY_DOWN;
	case 'C':
		return KEY_RIGHT;
	case 'D':
		return KEY_LEFT;
	case 'H':
		return KEY_HOME;
	case 'F':
		return KEY_END;
	case 'M': /* of the keypad, behind ESC O */
		return KEY_ENTER;
	default:
		return KEY_UNKNOWN;
	}
}

/* "VT220-Style Function Keys"; 7 and 8 are rxvt's. */
static int number_key(struct keys *keys)
{
	switch (keys->number) {
	case 1:
	case 7:
		return KEY_HOME;
	case 4:
	case 8:
		return KEY_END;
	case 5:
		return KEY_PAGE_UP;
	case 6:
		return KEY_PAGE_DOWN;
	case PASTE_BEGINS:
	case PASTE_ENDS:
		keys->pasted = keys->number == PASTE_BEGINS;
		return MORE;
	default:
		return KEY_UNKNOWN;
	}
}

static int escape(struct keys *keys, unsigned char byte)
{
	if (byte == '[') {
		keys->number = 0;
		keys->number_over = keys->odd = false;
		return to(keys, KEYS_CSI);
	}
	return to(keys, byte == 'O' ? KEYS_SS3 : KEYS_STRING);
}

static int csi_end(struct keys *keys, unsigned char final)
{
	if (final == '[' && !keys->number_over && !keys->number && !keys->odd)
		return to(keys, KEYS_CONSOLE);
	keys->state = KEYS_GROUND;
	if (keys->odd || final == 'M')
		return KEY_UNKNOWN;
	return final == '~' ? number_key(keys) : final_key(final);
}

static int csi(struct keys *keys, unsigned char byte)
{
	if (byte >= 0x40 && byte < DEL)
		return csi_end(keys, byte);
	if (byte == CAN)
		return to_ground(keys, KEY_UNKNOWN);
	if (byte >= '0' && byte <= '9' && !keys->number_over && keys->number < 1000)
		keys->number = keys->number * 10 + (byte - '0');
	else if (byte == ';')
		keys->number_over = true;
	else if (byte < '0' || byte > '9')
		keys->odd = true; /* of a use of its own, or no sequence at all */
	return MORE;
}

static int ss3(struct keys *keys, unsigned char byte)
{
	return (byte >= '0' && byte <= '9') || byte == ';' ? MORE
							   : to_ground(keys, final_key(byte));
}

static int string(struct keys *keys, unsigned char byte)
{
	if (byte == ESC)
		return to(keys, KEYS_STRING_ESCAPE);
	return byte == BEL || byte == CAN ? to_ground(keys, KEY_UNKNOWN) : MORE;
}

/* The byte goes on with what has come. */
static int take(struct keys *keys, unsigned char byte)
{
	switch (keys->state) {
	case KEYS_UTF8:
		return utf8(keys, byte);
	case KEYS_ESCAPE:
		return escape(keys, byte);
	case KEYS_CSI:
		return csi(keys, byte);
	case KEYS_CONSOLE:
	case KEYS_STRING_ESCAPE:
		return to_ground(keys, KEY_UNKNOWN);
	case KEYS_SS3:
		return ss3(keys, byte);
	case KEYS_STRING:
		return string(keys, byte);
	default:
		return ground(keys, byte);
	}
}

/* Whether the byte belongs to what has come; if not, that was all, and the byte is the next one. */
static bool goes_on(const struct keys *keys, unsigned char byte)
{
	switch (keys->state) {
	case KEYS_UTF8:
		return (byte & 0xc0) == 0x80;
	case KEYS_ESCAPE:
		/* CSI, SS3, DCS, SOS, OSC, PM, APC. None of our keys has Alt: that was Esc before.
		 */
		return byte && strchr("[OPX]^_", byte);
	case KEYS_CSI:
	case KEYS_CONSOLE:
	case KEYS_SS3:
		return byte != ESC && byte < 0x80;
	default:
		return true;
	}
}

int keys_next(struct keys *keys, const char **at, const char *end)
{
	int key;

	for (; *at < end; ++*at) {
		unsigned char byte = (unsigned char)**at;

		if (keys->state == KEYS_STRING_ESCAPE && byte != '\\')
			keys->state = KEYS_ESCAPE; /* another sequence ends the string as well */
		if (!goes_on(keys, byte))
			return keys_timeout(keys);
		key = take(keys, byte);
		if (key != MORE) {
			++*at;
			return key;
		}
	}
	return KEY_NONE;
}

bool keys_are_due(const struct keys *keys)
{
	return keys->state != KEYS_GROUND;
}

int keys_timeout(struct keys *keys)
{
	bool alone = keys->state == KEYS_ESCAPE;

	if (keys->state == KEYS_GROUND)
		return KEY_NONE;
	return to_ground(keys, alone && !keys->pasted ? KEY_ESCAPE : KEY_UNKNOWN);
}
