// SPDX-License-Identifier: MIT
#include "who.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"
#include "util/cleanup.h"

/* Words whose value is a text of the struct's. */
struct text_word {
	const char *key;
	size_t offset;
};

#define IMAGE_TEXT(member)                                                                         \
	{                                                                                          \
#member, offsetof(struct image, member)                                            \
	}
#define CGROUP_TEXT(member)                                                                        \
	{                                                                                          \
#member, offsetof(struct cgroup, member)                                           \
	}

static const struct text_word image_texts[] = {
	IMAGE_TEXT(exe), IMAGE_TEXT(exe_tail), IMAGE_TEXT(memfd),
	IMAGE_TEXT(cwd), IMAGE_TEXT(hostname), IMAGE_TEXT(script),
};

static const struct text_word cgroup_texts[] = {
	CGROUP_TEXT(path),	    CGROUP_TEXT(container_id),	CGROUP_TEXT(container_name),
	CGROUP_TEXT(runtime),	    CGROUP_TEXT(pod_uid),	CGROUP_TEXT(unit),
	CGROUP_TEXT(app_id),	    CGROUP_TEXT(image_name),	CGROUP_TEXT(pod_name),
	CGROUP_TEXT(pod_namespace), CGROUP_TEXT(pod_container),
};

static const char *keep(struct who *who, const char *value, size_t len, const struct place *place)
{
	char *text = who->texts + who->used;

	if (len + 1 > sizeof(who->texts) - who->used)
		die(place, "too many texts");
	memcpy(text, value, len + 1);
	who->used += len + 1;
	return text;
}

static bool set_text(void *to, const struct text_word *words, size_t n, const char *key,
		     const char *text)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(words[i].key, key) != 0)
			continue;
		memcpy((char *)to + words[i].offset, &text, sizeof(text));
		return true;
	}
	return false;
}

static bool set_flag(struct image *image, const char *key)
{
	if (!strcmp(key, "exe_deleted"))
		image->exe_deleted = true;
	else if (!strcmp(key, "args_exec"))
		image->args_exec = true;
	else if (!strcmp(key, "args_cut"))
		image->args_cut = true;
	else
		return false;
	return true;
}

static bool set_number(struct image *image, const char *key, const char *value,
		       const struct place *place)
{
	static const struct {
		const char *key;
		size_t offset;
		enum image_has has;
	} numbers[] = {
		{"real_uid", offsetof(struct image, real_uid), IMAGE_HAS_REAL_UID},
		{"login_uid", offsetof(struct image, login_uid), IMAGE_HAS_LOGIN_UID},
		{"session_id", offsetof(struct image, session_id), IMAGE_HAS_SESSION_ID},
	};

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		if (strcmp(numbers[i].key, key) != 0)
			continue;
		*(uint32_t *)((char *)image + numbers[i].offset) =
			(uint32_t)parse_number(value, place);
		image->has |= numbers[i].has;
		return true;
	}
	return false;
}

static void add_ancestor(struct image *image, const char *value, const struct place *place)
{
	struct ancestor *ancestor = &image->ancestors[image->n_ancestors++];
	int name;

	if (image->n_ancestors > ANCESTORS_MAX ||
	    sscanf(value, "%u:%lu:%n", &ancestor->pid, &ancestor->start_ns, &name) != 2 ||
	    strlen(value + name) >= COMM_LEN)
		die(place, "no ancestor: '%s'", value);
	strcpy(ancestor->comm, value + name);
}

static void set_image(struct who *who, const char *key, const char *value, size_t len,
		      const struct place *place)
{
	struct image *image = &who->image;

	if (!strcmp(key, "args")) {
		image->args = keep(who, value, len, place);
		image->args_size = len;
		image->has |= IMAGE_HAS_ARGS;
	} else if (!strcmp(key, "inode")) {
		image->exe_inode = parse_number(value, place);
		image->has |= IMAGE_HAS_EXE_FILE;
	} else if (!strcmp(key, "device")) {
		if (sscanf(value, "%u:%u", &image->exe_major, &image->exe_minor) != 2)
			die(place, "no device: '%s'", value);
	} else if (!strcmp(key, "ancestor")) {
		add_ancestor(image, value, place);
	} else if (!set_number(image, key, value, place) &&
		   !set_text(image, image_texts, ARRAY_SIZE(image_texts), key,
			     keep(who, value, len, place))) {
		die(place, "no such word: '%s'", key);
	}
}

static void set_cgroup(struct who *who, const char *key, const char *value, size_t len,
		       const struct place *place)
{
	if (!set_text(&who->cgroup, cgroup_texts, ARRAY_SIZE(cgroup_texts), key,
		      keep(who, value, len, place)))
		die(place, "no such word: '%s'", key);
}

static void add_name(struct who *who, const char *key, const char *value, size_t len,
		     const struct place *place)
{
	struct dns_names *names = &who->names;

	for (int source = DNS_FROM_PROCESS; source <= DNS_FROM_HOST; source++)
		if (!strcmp(dns_source_name((enum dns_source)source), key))
			names->source = (enum dns_source)source;
	if (!names->source || names->n == DNS_NAMES_MAX)
		die(place, "no such word, or too many: '%s'", key);
	names->names[names->n++] = keep(who, value, len, place);
}

static void add_names(struct who *who, const char *line, char *value, const struct place *place)
{
	char key[KEY_MAX];

	while (*line) {
		long len = read_word(&line, key, value, place);

		if (len < 0)
			die(place, "'%s' needs a value", key);
		add_name(who, key, value, (size_t)len, place);
	}
}

void read_who(const char *line, struct who *who, const struct place *place)
{
	_cleanup_free_ char *value = malloc(strlen(line) + 1);
	char what[KEY_MAX], key[KEY_MAX];
	bool is_image;

	if (!value)
		die(place, "no memory");
	read_word(&line, what, value, place);
	if (!strcmp(what, "dns")) {
		add_names(who, line, value, place);
		return;
	}
	is_image = !strcmp(what, "image");
	*(is_image ? &who->has_image : &who->has_cgroup) = true;
	while (*line) {
		long len = read_word(&line, key, value, place);

		if (len < 0 && !(is_image && set_flag(&who->image, key)))
			die(place, "'%s' needs a value", key);
		if (len >= 0)
			(is_image ? set_image : set_cgroup)(who, key, value, (size_t)len, place);
	}
}

void who_made(struct event *event, const struct who *who)
{
	event->image = who->has_image ? &who->image : NULL;
	event->cgroup = who->has_cgroup ? &who->cgroup : NULL;
	event->names = who->names.n ? &who->names : NULL;
}
