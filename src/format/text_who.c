// SPDX-License-Identifier: MIT
#include "format/text_who.h"

#include <string.h>

#include "format/dns.h"
#include "format/value.h"
#include "format/who.h"
#include "format/who_memo.h"

void text_exe(struct buffer *out, const struct event *event, const struct format_context *ctx)
{
	const struct image *image = event->image;
	const char *before = "", *exe;

	if (!image)
		return;
	exe = image->exe;
	if (image->exe_tail) {
		exe = image->exe_tail;
		before = EXE_TAIL_PREFIX;
	} else if (image->memfd) {
		exe = image->memfd;
		before = MEMFD_PREFIX;
	}
	if (!exe ||
	    (!*before && !image->exe_deleted && !ctx->verbose && who_is_named_by(exe, event->comm)))
		return;
	buffer_literal(out, " exe=");
	put_value(out, before, exe, strlen(exe));
	if (image->exe_deleted)
		buffer_literal(out, " exe_deleted=yes");
}

static void put_args(struct buffer *out, const struct image *image)
{
	struct word arg;
	size_t at = 0;

	buffer_literal(out, " args=\"");
	while ((arg = who_next_arg(image, &at)).text) {
		put_word(out, arg.text, arg.len);
		if (at < image->args_size)
			buffer_putc(out, ' ');
	}
	buffer_putc(out, '"');
	if (!image->args_exec)
		buffer_literal(out, " args_source=current");
	if (image->args_cut)
		buffer_literal(out, " args_truncated=yes");
}

static bool is_plain_name(const char *comm)
{
	return is_plain_word(comm, strlen(comm)) && !strchr(comm, '=');
}

/* In quotes as a whole, if one of the names needs them. */
static void put_parents(struct buffer *out, const struct image *image)
{
	bool plain = true;

	for (size_t i = 0; i < image->n_ancestors; i++)
		plain = plain && is_plain_name(image->ancestors[i].comm);
	buffer_puts(out, plain ? " parents=" : " parents=\"");
	for (size_t i = 0; i < image->n_ancestors; i++) {
		const char *comm = image->ancestors[i].comm;

		if (i)
			buffer_putc(out, '<');
		put_word(out, comm, strlen(comm));
	}
	if (!plain)
		buffer_putc(out, '"');
}

static void put_details(struct buffer *out, const struct image *image)
{
	if (image->cwd) {
		buffer_literal(out, " cwd=");
		put_value(out, "", image->cwd, strlen(image->cwd));
	}
	if (image->n_ancestors)
		put_parents(out, image);
}

static void put_names(struct buffer *out, const struct event *event)
{
	const char *name = who_container_name(event), *pod = event->cgroup->pod_name;

	if (name) {
		buffer_literal(out, " container_name=");
		put_value(out, "", name, strlen(name));
	}
	if (pod) {
		buffer_literal(out, " pod=");
		put_value(out, "", pod, strlen(pod));
	}
}

static void put_place(struct buffer *out, const struct event *event)
{
	struct word container = who_container(event), unit = who_unit(event);

	if (container.text) {
		buffer_literal(out, " container=");
		put_value(out, "", container.text, container.len);
	}
	put_names(out, event);
	if (unit.text) {
		buffer_literal(out, " unit=");
		put_value(out, "", unit.text, unit.len);
	}
}

static void put_all(struct buffer *out, const struct event *event, const struct format_context *ctx)
{
	if (event->cgroup)
		put_place(out, event);
	if (event->names)
		dns_text(out, event->names);
	/* Only who has asked for them gets them. */
	if (event->image && event->image->has & IMAGE_HAS_ARGS)
		put_args(out, event->image);
	if (event->image && ctx->verbose)
		put_details(out, event->image);
}

void text_who(struct buffer *out, const struct event *event, const struct format_context *ctx)
{
	/* What is kept is of image and cgroup alone, and names stand amidst it. */
	if (event->names)
		put_all(out, event, ctx);
	else
		who_memo_put(out, event, ctx, put_all);
}
