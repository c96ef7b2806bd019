// SPDX-License-Identifier: MIT
#include "options/rows.h"

#include "model/by.h"
#include "options/set.h"
#include "util/array.h"

#define FLAG(member) offsetof(struct options, member)

const struct option_row option_rows[] = {
	{'p', "pid", "PID,...", set_pid, CMD_FILTERING,
	 .help = "only these processes (thread group ids)",
	 .more = "The ids are those of the initial pid namespace. One that does not run, or is a "
		 "thread's, is said; if none of them runs, the exit status is 1.",
	 .headline = "Filters", .values = VALUES_PIDS, .excludes = true},
	{0, "follow", NULL, NULL, CMD_FOLLOWING, .flag = FLAG(request.follow_pids),
	 .help = "with -p: and whatever they start from now on",
	 .more = "So also what that starts in turn, and after they have ended. What they had "
		 "started before is not followed. Of a process that is left out, what it starts "
		 "is left out as well."},
	{'u', "uid", "USER,...", set_uid, CMD_FILTERING,
	 .help = "only these effective users, names or numbers",
	 .more = "Names are those of /etc/passwd; no directory service is asked.",
	 .values = VALUES_USERS, .excludes = true},
	{'P', "port", "PORT,...", set_port, CMD_FILTERING,
	 .help = "only these destination ports and ranges: 443,8000-8999",
	 .more = "Or names of TCP services, as -N shows them: those of /etc/services. In list "
		 "--all, "
		 "the peer's port of inbound connections, and a listening socket's own.",
	 .excludes = true},
	{'d', "dst", "CIDR,...", set_dst, CMD_FILTERING,
	 .help = "only these destination networks, IPv4 and IPv6",
	 .more = "Such as 10.0.0.0/8,2001:db8::/32; an address alone is a network of one. Host "
		 "names are not looked up.",
	 .excludes = true},
	{'C', "comm", "NAME,...", set_comm, CMD_FILTERING,
	 .help = "only processes or threads of exactly that name",
	 .more = "The kernel keeps 15 bytes of it.", .values = VALUES_COMMS, .excludes = true},
	{0, "exe", "PATH,...", set_exe, CMD_FILTERING,
	 .help = "only these executables: /usr/bin/curl, or curl for any of that name",
	 .more = "A path is the one in the mount namespace in which it was executed, compared "
		 "exactly; one "
		 "that is a symbolic link here stands for what it leads to as well. A memfd is "
		 "memfd:NAME. For a script the executable is the interpreter; the name of one that "
		 "a #! line started is for -C. This, --container and --unit are decided in user "
		 "space, as the kernel side cannot compare such texts: what they leave out counts "
		 "as filtered. How many events were left out because it is not known whether they "
		 "fit is said at the end.",
	 .values = VALUES_FILE, .excludes = true},
	{0, "container", "ID,...", set_container, CMD_PLACING,
	 .help = "only these containers: 12 digits of the id or more, or a name known",
	 .more = "A name is the container's, or that of its pod: those of LXC and systemd-nspawn "
		 "are known, all others with --container-names.",
	 .excludes = true},
	{0, "unit", "UNIT,...", set_unit, CMD_PLACING,
	 .help = "only these systemd units: nginx.service, or nginx for short",
	 .more = "The unit is the innermost service or scope that the process is in, of the "
		 "system's manager or of a user's.",
	 .excludes = true},
	{'4', "ipv4", NULL, NULL, CMD_FILTERING, .flag = FLAG(ipv4),
	 .help = "only IPv4, which IPv4-mapped addresses are"},
	{'6', "ipv6", NULL, NULL, CMD_FILTERING, .flag = FLAG(ipv6), .help = "only IPv6"},
	{0, "cgroup", "PATH", set_cgroup, CMD_PLACING,
	 .help = "only this cgroup v2 and all below it; may be repeated",
	 .more = "The path is that of its directory, or the one below the place where cgroup2 is "
		 "mounted, such as system.slice.",
	 .values = VALUES_CGROUP, .excludes = true},
	{0, "netns", "NETNS", set_netns, CMD_PLACING,
	 .help = "only this network namespace: self, a path, a name or an inode number",
	 .more = "A path is one such as /proc/PID/ns/net, a name one of ip-netns(8).",
	 .values = VALUES_NETNS, .excludes = true},
	{0, "all", NULL, NULL, CMD(COMMAND_LIST), .flag = FLAG(output.all),
	 .help = "list: also what is inbound, listens, or is held by no process",
	 .more = "For the last, every network namespace that a process is in, or that is mounted "
		 "somewhere, is entered for a moment; one that cannot be is said."},

	{'e', "events", "LIST", set_events, CMD_EVENTS | CMD(COMMAND_HISTORY),
	 .help = "connect, retry, established, failed, cancelled, close, open, or all;\n"
		 "+NAME and -NAME change the default: all but connect, close and open;\n"
		 "of record: all",
	 .more = "A list that begins with + or - changes what was chosen before it, by the default "
		 "or by another -e. Any other begins with nothing: -e close,retry and -e "
		 "close,+retry are the same two. With close or open, the connections that are open "
		 "at the start are looked at once, of the whole host; open shows them, and close "
		 "their end.",
	 .headline = "Events", .values = VALUES_SIGNED, .words = event_name},
	{'f', "failed", NULL, NULL, CMD_EVENTS | CMD(COMMAND_COUNT) | CMD(COMMAND_HISTORY),
	 .flag = FLAG(output.failed_only),
	 .help = "only what did not work, or not at once:\n"
		 "failed, cancelled, retry, and established after a retry",
	 .more = "With -e +established, all that are. In count: only groups in which something "
		 "failed or was cancelled."},
	{'l', "min-latency", "DUR", set_min_latency,
	 CMD_RESULTS | CMD(COMMAND_RECORD) | CMD(COMMAND_HISTORY),
	 .help = "only results that took at least so long: 10ms, 1s",
	 .more = "And the end of such connections. In count, attempts are counted however long "
		 "they take."},
	{0, "by", "LIST", set_by,
	 CMD(COMMAND_COUNT) | CMD(COMMAND_LATENCY) | CMD(COMMAND_LIST) | CMD(COMMAND_TOP) |
		 CMD(COMMAND_HISTORY),
	 .help = "group count (default process,dst), latency (all together), and list by:\n"
		 "process, pid, dst, port, user, cgroup, exe, container, unit, name,\n"
		 "or several, with commas; top: begin with one of these",
	 .more = "By process is by its name, by pid each process by itself, by exe by the path of "
		 "the executable; a cgroup of which the path is not known is shown by its id. By "
		 "name is by that of the destination, and implies --dns; list, which sees no "
		 "answers of "
		 "name servers, has none. "
		 "The rows of top are of a process and a destination, or of one process, exe, "
		 "container, user, dst, port or name. In list, how many are open in each group. "
		 "Beyond 10,000 groups (latency: 1,000) "
		 "the rest is shown as \"other\".",
	 .values = VALUES_LIST, .words = by_name},
	{0, "latency", NULL, NULL, CMD(COMMAND_HISTORY), .flag = FLAG(output.latency),
	 .help = "history: a histogram of handshake latency, with --by one of each group"},
	{'n', "max-events", "N", set_max_events,
	 CMD_EVENTS | CMD(COMMAND_LIST) | CMD(COMMAND_HISTORY),
	 .help = "stop after N events; list: show the first N",
	 .more = "With --by, groups. What list sums up is all that it found."},
	{'t', "time", "DUR", set_time, CMD_TRACING,
	 .help = "stop after that long: 500ms, 10s, 2m, 1h",
	 .more = "A number alone is in seconds.", .tracing = true},
	{0, "wait", NULL, NULL, CMD_STARTING, .flag = FLAG(limits.wait),
	 .help = "with a COMMAND: go on until its last descendant has ended",
	 .more = "Without, tracing ends with the command, and how many descendants run on is said. "
		 "The exit status is the command's own either way. SIGINT and SIGTERM end the "
		 "waiting.",
	 .tracing = true},

	{'o', "output", "FORMAT", set_output, CMD_SHOWING | CMD(COMMAND_REPORT),
	 .help = "text (default), table (that of list), json; trace, history: zeek;\n"
		 "report: html (default), md, dot",
	 .more = "A table is columns for people, json one object a line, zeek a conn.log of "
		 "Zeek's: "
		 "a line for each connection that has ended, and at the end one for each that is "
		 "open. A report is a page of HTML, a summary in GitHub's Markdown, or a graph for "
		 "dot(1). What count, latency and list --by show for people is the same in text "
		 "and "
		 "table.",
	 .headline = "Output", .values = VALUES_ONE, .words = output_format_name},
	{0, "filter", "WORDS", set_filter, CMD(COMMAND_TOP),
	 .help = "top: begin with this filter, as it is typed behind /",
	 .more = "All words must fit: each a part of a name, executable, container or unit, or a "
		 "whole pid, user, address, network, port, state or errno; one behind ! must not. "
		 "'port 443' asks that field alone; or stands between alternatives: 'nginx 443 or "
		 "port 5432'."},
	{0, "replay", "FILE", set_replay, CMD(COMMAND_TOP),
	 .help = "top: show a record that top -w, or trace -o json, has written",
	 .more = "As it was at its end; [ and ] go an interval back and forth, { and } a minute. "
		 "FILE - is standard input.",
	 .values = VALUES_FILE},
	{'N', "names", NULL, NULL, CMD_RESULTS | CMD(COMMAND_LIST) | CMD(COMMAND_HISTORY),
	 .flag = FLAG(output.names), .help = "names of services and users, not numbers, in tables",
	 .more = "They are those of /etc/services and /etc/passwd, read once, at the start. JSON "
		 "always has numbers."},
	{0, "args", NULL, NULL, CMD_EVENTS, .flag = FLAG(args),
	 .help = "the arguments of processes too: they can hold secrets",
	 .more = "As exec(2) was given them, if that was after the start; else, and of a forked "
		 "child that executes nothing, as the process has them in its memory when it first "
		 "makes an attempt, which it may have changed (args_source=current). Of long ones, "
		 "the first 1,023 bytes. JSON also has the script that a #! line started. Costs "
		 "each exec of the host about two microseconds, and 11 MiB of memory."},
	{0, "lineage", NULL, NULL, CMD_EVENTS, .flag = FLAG(lineage),
	 .help = "ancestors too that have died: with -v or in JSON",
	 .more = "Of a process that was forked after the start, its ancestors are those of its "
		 "birth, by the names that they had then; without, those that live. Costs each "
		 "fork of the host about two microseconds, and 4 MiB of memory. --dns implies it."},
	{0, "container-names", NULL, NULL, CMD_PROBING, .flag = FLAG(request.container_names),
	 .help = "look up names and images of containers, and pods",
	 .more = "In the files of Docker, Podman, containerd, CRI-O and the kubelet, by a process "
		 "of its own; no daemon is asked. Then --container takes names as well.",
	 .tracing = true},
	{0, "dns", "host", set_dns, CMD_TRACING, .value_optional = true,
	 .help = "names of destinations, by the answers of name servers that processes get",
	 .more = "A name is shown as the destination's only if that very process, or the one that "
		 "forked it, had asked for it and got this address for it before the attempt, and "
		 "for no other name; of several, all are shown, and none as the destination's. "
		 "--dns=host also shows what other processes were answered, such as a resolver of "
		 "this host, and marks it so. No question is asked, and none looked up in reverse. "
		 "Answers that are encrypted, or do not come by DNS, are not seen.",
	 .values = VALUES_ONE, .words = dns_name},
	{0, "community-id", NULL, NULL, CMD_EVENTS | CMD(COMMAND_HISTORY),
	 .flag = FLAG(output.community_id),
	 .help = "with -o json or zeek: the Community ID, by which other tools know it too",
	 .more = "Version 1, seed 0: what Zeek, Suricata and others compute of the same addresses "
		 "and ports. Absent where the source is not known."},
	{'w', "write", "FILE", set_write, CMD_SHOWING | CMD(COMMAND_AUDIT),
	 .help = "append to FILE, not stdout; SIGHUP opens it anew",
	 .more = "FILE is made with mode 0600, whatever the umask; one of before keeps its mode. "
		 "No "
		 "symbolic link is followed, and a regular file of another owner or with further "
		 "hard links is refused. FILE - is standard output. No line is split between the "
		 "old and the new file: one that the old file has a part of, as its disk was full, "
		 "is taken back from there and written to the new one whole.",
	 .values = VALUES_FILE},
	{0, "repeat-limit", "N", set_repeat_limit, CMD_EVENTS,
	 .help = "sum up what fails unsent more than N times a second, to one\n"
		 "destination of one process (default 100; 0: never)",
	 .more = "Beyond the first N of a second, with the same errno, a line stands for itself "
		 "and "
		 "for as many more as it says (repeated=); there are one or two such lines a "
		 "second. All count as written. With -n nothing is summed up."},
	{0, "color", "WHEN", set_color, CMD_ALL,
	 .help = "auto (default), always or never; NO_COLOR is obeyed", .values = VALUES_ONE,
	 .words = color_name},

	{0, "store", "DIR", set_store, CMD(COMMAND_RECORD) | CMD(COMMAND_HISTORY),
	 .help = "record, history: the store (default " STORE_DIR ")",
	 .more = "record makes it, with mode 0750. In it is a directory for each boot of the host, "
		 "and in that files that zstdcat shows: a JSON object a line.",
	 .headline = "Store", .values = VALUES_FILE},
	{0, "store-size", "BYTES", set_store_size, CMD(COMMAND_RECORD),
	 .help = "record: the most that it may take, such as 500M (default 10G)",
	 .more = "The oldest goes first. 10G hold some 200 million events."},
	{0, "metrics-file", "FILE", set_metrics_file, CMD(COMMAND_RECORD),
	 .help = "record: write metrics for Prometheus to FILE, each 5 seconds",
	 .more = "The file is replaced as a whole, with mode 0644; its directory must be one that "
		 "the process may write to once it has dropped its privileges. node_exporter reads "
		 "it in the directory of its textfile collector, if its name ends with .prom; "
		 "tpconnect-serve answers HTTP with it. What is in it: docs/metrics.md.",
	 .values = VALUES_FILE},
	{0, "pin", "DIR", set_pin, CMD(COMMAND_RECORD) | CMD(COMMAND_DETACH),
	 .help = "record: go on in the kernel, from DIR, while no process reads;\n"
		 "detach: from where it is taken away (default " PIN_DIR ")",
	 .more = "DIR is on a BPF file system, such as below /sys/fs/bpf, and is made if it does "
		 "not exist. Programs, maps and the ring buffer are pinned in it: they outlive the "
		 "process, however that ends, and the next record with the same DIR goes on with "
		 "them, so that nothing is lost, and nothing told twice, as it is restarted or "
		 "upgraded. The ring holds what comes meanwhile: 4M some 20,000 events. What is "
		 "pinned costs each connection what it costs while it is recorded: who records no "
		 "more runs tpconnect detach.",
	 .values = VALUES_FILE},
	{0, "since", "TIME", set_since, CMD(COMMAND_HISTORY),
	 .help = "history: only what came then or later: 2h (ago), 7d, today, yesterday,\n"
		 "2026-02-16, 2026-02-16T12:34:56Z",
	 .more = "All times are UTC, as in the output; a day without a time is its beginning."},
	{0, "until", "TIME", set_until, CMD(COMMAND_HISTORY),
	 .help = "history: only what came before that time"},
	{0, "check", NULL, NULL, CMD(COMMAND_HISTORY), .flag = FLAG(store.check),
	 .help = "history: whether anything of it is missing",
	 .more = "Looks at all of the store, whatever else could be asked for, and says, boot by "
		 "boot, which numbers of lines are missing of which no line says that they have "
		 "left, how long there was no line although one comes each minute, and whether "
		 "the record ends without its last line while nobody records. The last line is "
		 "the verdict. Exit status 0: it is whole; 1: it is not, or could not be read."},

	{0, "allow", "FILE", set_allow, CMD(COMMAND_AUDIT),
	 .help = "audit: judge by the rules of FILE",
	 .more = "Its first line is 'version 1', each other a rule, [PROCESS] DESTINATION[:PORTS] "
		 "[# comment]: AUDIT below. A name among the destinations implies --dns.",
	 .headline = "Audit", .values = VALUES_FILE},
	{0, "learn", "FILE", set_learn, CMD(COMMAND_AUDIT),
	 .help = "audit: add to FILE the rules that what was seen lacks there",
	 .more = "What is there stays as it is. With --dns, names are learnt where there is "
		 "evidence of them. Of a run that cannot be vouched for, nothing is learnt.",
	 .values = VALUES_FILE},
	{0, "scope", "SCOPE", set_scope_of_audit, CMD(COMMAND_AUDIT),
	 .help = "audit: whose attempts are judged: command (default, where there is a\n"
		 "COMMAND) or host",
	 .values = VALUES_ONE, .words = audit_scope_name},

	{0, "no-syscalls", NULL, NULL, CMD_TRACING, .flag = FLAG(no_syscalls),
	 .help = "leave the system call tracepoints out: costs other system calls nothing,\n"
		 "but attempts that fail before a SYN is due stay unseen",
	 .more = "So do the errnos of synchronous failures. With them, every system call of the "
		 "host takes a few nanoseconds more.",
	 .headline = "Tracing", .tracing = true},
	{0, "no-snapshot", NULL, NULL, CMD_EVENTS, .flag = FLAG(request.no_snapshot),
	 .help = "do not look for what is open at the start: the end of such connections\n"
		 "is shown without who held them",
	 .more = "Nor for what is pending, so that results of which nothing is known are not "
		 "counted (unmatched). To look takes about a second of CPU time for four million "
		 "descriptors, or 400,000 connections."},
	{0, "object", "FILE", set_object, CMD_PROBING,
	 .help = "load this BPF object, not the one built in", .values = VALUES_FILE,
	 .tracing = true},
	{0, "btf", "FILE", set_btf, CMD_TRACING | CMD(COMMAND_DOCTOR),
	 .help = "the kernel's BTF (type information), where it gives none itself",
	 .more = "Raw, or in an ELF file such as vmlinux. It must be of the very build of the "
		 "kernel that runs: with any other, everything that is read would be wrong. "
		 "A file that can be seen to be of another is refused. Costs a little more for "
		 "each connection, and what is pending or open at the start is not known.",
	 .values = VALUES_FILE, .tracing = true},
	{0, "ring-size", "BYTES", set_ring_size, CMD_TRACING,
	 .help = "ring buffer, a power of two (default 4M)", .tracing = true},
	{0, "user", "USER", set_user, CMD_EVENTS,
	 .help = "whom it becomes once all is attached, if it was root\n"
		 "(default tpconnect, where there is such a user, else nobody)",
	 .more = "A name of /etc/passwd, or a number. trace without a COMMAND, and record, then "
		 "give up all capabilities as well, and what else they need no more; -v says what "
		 "is left. With root it stays root, but without capabilities. Where it cannot "
		 "become a USER that is given, it does not trace.",
	 .values = VALUES_USERS},
	{'q', "quiet", NULL, set_quiet, CMD_PLACING | CMD(COMMAND_REPORT),
	 .help = "no start-up line and no warnings",
	 .more = "The summary of tracing is always shown; list has no last line then."},
	{'v', "verbose", NULL, set_verbose, CMD_PLACING,
	 .help = "more of each process (text), and what libbpf warns of; -vv: all it does"},
	{'h', "help", NULL, set_help, CMD_ALL, .help = "the options, in short",
	 .headline = "Other"},
	{'V', "version", NULL, set_version, CMD_ALL,
	 .help = "the version, and the commit that was built"},
};

const size_t n_option_rows = ARRAY_SIZE(option_rows);

_Static_assert(ARRAY_SIZE(option_rows) <= OPTION_ROWS_MAX, "too many rows");

const struct option_row *option_by_letter(char letter)
{
	for (size_t i = 0; i < n_option_rows; i++)
		if (option_rows[i].letter && option_rows[i].letter == letter)
			return &option_rows[i];
	return NULL;
}

const char *option_name(size_t i)
{
	return i < n_option_rows ? option_rows[i].name : NULL;
}
