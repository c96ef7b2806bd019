// SPDX-License-Identifier: MIT
#include "commands/start_line.h"

#include "probe/kernel.h"
#include "util/log.h"

/* What stays unseen that would not have to: by the user's choice, or for this kernel's lack. */
static const char *what_is_missing(const struct options *options)
{
	if (options->no_syscalls)
		return "; without the system calls, attempts that fail before SYN_SENT and the "
		       "errnos of synchronous failures stay unseen";
	if (options->request.btf_path)
		return "; without the kernel's own BTF, a seccomp filter's answer on a socket used "
		       "before stays unseen, and what is pending or open at the start is not "
		       "known, so results of nothing known are not counted (unmatched)";
	if (!kernel_has_task_storage())
		return "; without task storage, which this kernel lacks, a seccomp filter's answer "
		       "on a socket used before stays unseen";
	return "";
}

/* Of what was there before. */
static const char *what_is_not_looked_for(const struct request *request)
{
	if (!request->no_snapshot)
		return "";
	return request->config.event_mask & EVENT_BIT(EVENT_CLOSE)
		       ? "; what is pending or open at the start is not looked for, so results of "
			 "nothing known are not counted (unmatched), and the end of what was open "
			 "is shown without who held it"
		       : "; what is pending at the start is not looked for, so results of nothing "
			 "known are not counted (unmatched)";
}

/* What stays unknown of processes, for this kernel's lack: docs/who.md. */
static const char *what_is_unknown(void)
{
	return kernel_has_audit()
		       ? ""
		       : "; who logged in stays unknown on this kernel, which is without audit";
}

const char *dns_seen_name(enum probe_dns dns)
{
	static const char *const names[] = {
		[PROBE_DNS_NONE] = "none",
		[PROBE_DNS_UDP] = "udp",
		[PROBE_DNS_CONNECTED] = "connected",
		[PROBE_DNS_ALL] = "all",
	};

	return names[dns];
}

/* Which answers of name servers give names, and what gives none: docs/names.md. */
static const char *what_names_rest_on(const struct request *request, enum probe_dns dns)
{
	if (request->dns == DNS_UNUSED)
		return "";
	if (dns == PROBE_DNS_NONE && request->btf_path)
		return "; without the kernel's own BTF, answers of name servers are not seen, so "
		       "names stay unknown";
	switch (dns) {
	case PROBE_DNS_ALL:
		return "; names are by answers of port 53, not by encrypted ones, /etc/hosts, nscd "
		       "or nss-resolve";
	case PROBE_DNS_CONNECTED:
		return "; names are by answers of port 53 to sockets that are connected to it, not "
		       "by encrypted ones, /etc/hosts, nscd or nss-resolve";
	case PROBE_DNS_UDP:
		return "; names are by answers of port 53 by UDP, as this kernel shows no others, "
		       "not by encrypted ones, /etc/hosts, nscd or nss-resolve";
	default:
		return "; names stay unknown, as this kernel does not show answers of name servers";
	}
}

void start_line_say(const struct options *options, const struct session_start *start)
{
	log_info("tracing outbound TCP connections at %s%s%s%s%s", start->tracepoints,
		 what_is_missing(options), what_is_not_looked_for(&options->request),
		 what_is_unknown(), what_names_rest_on(&options->request, start->dns));
}
