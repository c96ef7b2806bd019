// SPDX-License-Identifier: MIT
#include <string.h>

#include "fuzz/who.h"
#include "fuzz/check.h"

static bool is_absent(const struct who_input *input, unsigned int bit)
{
	return input->absent >> bit & 1;
}

static const char *text_of(struct who_input *input, unsigned int i)
{
	char *text = input->texts[i];

	text[WHO_TEXT_MAX - 1] = '\0';
	return is_absent(input, i) ? NULL : text;
}

static void make_ancestors(struct image *image, const struct who_input *input)
{
	image->n_ancestors = input->n_ancestors % (ANCESTORS_MAX + 1);
	memcpy(image->ancestors, input->ancestors, sizeof(image->ancestors));
	for (size_t i = 0; i < ANCESTORS_MAX; i++)
		image->ancestors[i].comm[COMM_LEN - 1] = '\0';
}

static void make_image(struct image *image, struct who_input *input)
{
	*image = (struct image){
		.has = input->has,
		.real_uid = input->ids[0],
		.login_uid = input->ids[1],
		.session_id = input->ids[2],
		.exe_deleted = input->flags & 1,
		/* jansson reads no larger integer. */
		.exe_inode = ((uint64_t)input->ids[0] << 32 | input->ids[1]) & INT64_MAX,
		.exe_major = input->ids[3],
		.exe_minor = input->ids[4],
		.cwd = text_of(input, 1),
		.hostname = text_of(input, 2),
		.script = text_of(input, 3),
		.args = input->args,
		.args_size = input->args_size % (sizeof(input->args) + 1),
		.args_exec = input->flags & 2,
		.args_cut = input->flags & 4,
	};
	/* One of three, or none. */
	if (input->flags & 8)
		image->exe = text_of(input, 0);
	else if (input->flags & 16)
		image->memfd = text_of(input, 0);
	else
		image->exe_tail = text_of(input, 0);
	make_ancestors(image, input);
}

static void make_cgroup(struct cgroup *cgroup, struct who_input *input)
{
	*cgroup = (struct cgroup){
		.path = text_of(input, 4),
		.container_id = text_of(input, 5),
		.container_name = text_of(input, 6),
		.runtime = text_of(input, 7),
		.pod_uid = text_of(input, 8),
		.unit = text_of(input, 9),
		.app_id = text_of(input, 10),
		.image_name = text_of(input, 11),
		.pod_name = text_of(input, 12),
		.pod_namespace = text_of(input, 13),
		.pod_container = text_of(input, 14),
	};
}

/* None is absent among those that there are. */
static void make_names(struct dns_names *names, struct who_input *input)
{
	*names = (struct dns_names){
		.source = DNS_FROM_PROCESS + input->names_source % DNS_FROM_HOST,
		.n = input->n_names % (DNS_NAMES_MAX + 1),
	};
	for (size_t i = 0; i < names->n; i++) {
		char *text = input->texts[WHO_TEXTS - DNS_NAMES_MAX + i];

		text[WHO_TEXT_MAX - 1] = '\0';
		names->names[i] = text;
	}
}

void make_who(struct event *event, struct who_input *input, struct who *who)
{
	make_image(&who->image, input);
	make_cgroup(&who->cgroup, input);
	make_names(&who->names, input);
	/* Who is not known has none of these. */
	if (event->has & EVENT_HAS_PROCESS && who->names.n)
		event->names = &who->names;
	if (event->has & EVENT_HAS_PROCESS && !is_absent(input, WHO_TEXTS))
		event->image = &who->image;
	if (event->has & EVENT_HAS_PROCESS && !is_absent(input, WHO_TEXTS + 1))
		event->cgroup = &who->cgroup;
}

/* Words of a shell */

/* One word at *at, which moves behind it, is the len bytes at word. */
static void check_word(const struct unescaped *value, size_t *at, char between, const char *word,
		       size_t len)
{
	bool quoted = false;
	size_t n = 0;

	for (; *at < value->n; (*at)++) {
		char c = value->bytes[*at];

		if (c == '\'') {
			quoted = !quoted;
			continue;
		}
		if (!quoted && c == between)
			break;
		if (!quoted && c == '\\')
			c = value->bytes[++*at];
		else
			check(quoted || !memchr(" \t\n;&|<>()$`\"*?[#~{}!^", c, 23), "bare: %c", c);
		check(n < len && c == word[n], "another word");
		n++;
	}
	check(!quoted && n == len, "another word");
}

void check_words(const struct unescaped *value, char between, const char *const words[],
		 const size_t sizes[], size_t n)
{
	size_t at = 0;

	for (size_t i = 0; i < n; i++) {
		check_word(value, &at, between, words[i], sizes[i]);
		check(at < value->n == (i + 1 < n), "%zu words", n);
		at++;
	}
	check(n || !value->n, "words of nothing");
}
