// SPDX-License-Identifier: MIT
#include <arpa/inet.h>
#include <string.h>

#include "fuzz/lines.h"

void start_line(struct line *line)
{
	line->buffer = (struct buffer){.data = line->text, .cap = sizeof(line->text)};
}

static void check_characters(const struct line *line)
{
	const unsigned char *s = (const unsigned char *)line->text;
	size_t len = line->buffer.len - 1;
	json_t *utf8 = json_stringn(line->text, len);

	check_line(line, utf8, "not UTF-8");
	json_decref(utf8);
	for (size_t i = 0; i < len; i++) {
		check_line(line, s[i] >= 0x20 && s[i] != 0x7f, "a control byte");
		check_line(line, s[i] != 0xc2 || s[i + 1] >= 0xa0, "a C1 control character");
	}
}

void check_one_line(const struct line *line, size_t max)
{
	const struct buffer *b = &line->buffer;

	check(!b->overflow && b->len <= max, "longer than it may be");
	check(b->len && line->text[b->len - 1] == '\n', "the line does not end");
	check_characters(line);
}

void check_address(const char *text, const __u8 addr[16])
{
	char canonical[INET6_ADDRSTRLEN];
	__u8 parsed[16] = {[10] = 0xff, [11] = 0xff};
	bool ipv4 = !strchr(text, ':');

	check(inet_pton(ipv4 ? AF_INET : AF_INET6, text, ipv4 ? parsed + 12 : parsed) == 1,
	      "no address: %s", text);
	check(!memcmp(parsed, addr, 16), "another address: %s", text);
	inet_ntop(ipv4 ? AF_INET : AF_INET6, ipv4 ? addr + 12 : addr, canonical, sizeof(canonical));
	check(!strcmp(text, canonical) || !strchr(text, '.') == !!strchr(canonical, '.'),
	      "%s should be %s", text, canonical);
}
