# SPDX-License-Identifier: MIT
# Every key of every line is one of docs/spec.md, 6, with a value of its type, and
# none is missing that is always known. Prints a line for each that is not.
# docs/tpconnect.schema.json has the same keys for whoever reads a record, and stands beside this: it
# has to allow what is unknown on some host or other, such as the cgroup, and only this demands what
# every record of a live case has; and the VMs of other kernels have no Python to read it.

def is_of($kind):
    if $kind == "time" then type == "string" and
        test("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{9}Z$")
    elif $kind == "int" then type == "number" and . >= 0 and . == floor
    elif $kind == "id" then type == "number" and . > 0 and . == floor
    elif $kind == "port" then type == "number" and . > 0 and . < 65536 and . == floor
    elif $kind == "any port" then type == "number" and . >= 0 and . < 65536 and . == floor
    elif $kind == "string" then type == "string"
    elif $kind == "digits" then type == "string" and test("^[1-9][0-9]*$")
    elif $kind == "address" then type == "string" and
        test("^([0-9]{1,3}([.][0-9]{1,3}){3}|[0-9a-f:]*:[0-9a-f:]*(:[0-9.]+)?)$")
    elif $kind == "bool" then type == "boolean"
    elif $kind == "path" then type == "string" and startswith("/")
    elif $kind == "device" then type == "string" and test("^[0-9]+:[0-9]+$")
    elif $kind == "container" then type == "string" and test("^[0-9a-f-]{32,}$")
    elif $kind == "machine" then type == "string" and test("^[0-9a-f]{32}$")
    elif $kind == "boot" then type == "string" and test("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
    elif $kind == "strings" then type == "array" and all(.[]; type == "string")
    elif $kind == "ancestors" then type == "array" and length > 0 and all(.[];
        keys == ["creation_time", "name", "pid"] and (.pid | is_of("id")) and (.name | is_of("string")) and
        (.creation_time | is_of("time")))
    else . as $value | $kind | index($value) != null end;

# In a store, whatever of it is known is in every line; else in tpconnect.start.
def of_host: {"host.id": "machine", "host.name": "string", "tpconnect.boot.id": "boot"};
def is_of_store: ."event.name" != "tpconnect.start" and has("tpconnect.boot.id");

# What every line has; what every event has besides; and what it may have.
def of_line: {
    "timestamp": "time",
    "event.name": "string",
    "tpconnect.seq": "id"
};
def of_event: of_line + {
    "tpconnect.connection.id": "string",
    "network.transport": ["tcp"],
    "network.type": ["ipv4", "ipv6"],
    "network.peer.address": "address",
    "network.peer.port": "any port",
    "tpconnect.netns": "id"
};
# All of it or nothing; nothing is only for what the kernel does for somebody it does not tell.
def of_process: {
    "process.pid": "id",
    "thread.id": "id",
    "process.executable.name": "string",
    "thread.name": "string",
    "process.user.id": "int",
    "process.creation.time": "time",
    "tpconnect.cgroup.id": "digits",
    "tpconnect.process.exec_id": "int"
};
# What of it is not always known, or not there.
def may_of_process: {
    "process.parent_pid": "id",
    "process.executable.path": "path",
    "tpconnect.process.executable.tail": "string",
    "tpconnect.process.executable.memfd": "string",
    "tpconnect.process.executable.deleted": [true],
    "tpconnect.process.executable.inode": "int",
    "tpconnect.process.executable.device": "device",
    "process.working_directory": "path",
    "process.command_args": "strings",
    "process.args_count": "int",
    "tpconnect.process.args_source": ["exec", "current"],
    "tpconnect.process.args_truncated": [true],
    "tpconnect.process.script": "string",
    "process.real_user.id": "int",
    "tpconnect.process.login_uid": "int",
    "tpconnect.process.session_id": "int",
    "tpconnect.process.hostname": "string",
    "tpconnect.process.ancestors": "ancestors"
};
def may_of_cgroup: {
    "process.linux.cgroup": "path",
    "tpconnect.systemd.unit": "string",
    "container.id": "container",
    "container.runtime.name": "string",
    "container.name": "string",
    "container.image.name": "string",
    "k8s.pod.uid": "string",
    "k8s.pod.name": "string",
    "k8s.namespace.name": "string",
    "k8s.container.name": "string",
    "tpconnect.app.id": "string"
};
def optional: {
    "network.local.address": "address",
    "tpconnect.peer.scope_id": "id",
    "network.local.port": "port",
    "tpconnect.sent": [false],
    "tpconnect.requested.address": "address",
    "tpconnect.requested.port": "any port",
    "tpconnect.ipv4_mapped": [true],
    "server.address": "string",
    "tpconnect.dns.names": "strings",
    "tpconnect.dns.source": ["process", "parent", "host"]
};
# By event: what it has besides, and what it may have.
def of_name: {
    "tcp.connect": {},
    "tcp.retry": {},
    "tcp.established": {"tpconnect.connect.duration_ns": "id"},
    "tcp.failed": {"error.type": "string"},
    "tcp.cancelled": {"tpconnect.connect.duration_ns": "id"},
    "tcp.close": {
        "tpconnect.bytes_sent": "int", "tpconnect.bytes_received": "int",
        "tpconnect.retransmits": "int"
    },
    "tcp.open": {
        "tpconnect.holders": "int", "tpconnect.direction": ["out", "in", "unknown"],
        "network.connection.state": ["established", "syn_sent", "syn_received", "fin_wait_1",
                                     "fin_wait_2", "close_wait", "last_ack", "closing"],
        "tpconnect.bytes_sent": "int", "tpconnect.bytes_received": "int",
        "tpconnect.retransmits": "int", "tpconnect.bytes_unacked": "int"
    }
};
def may_of_name: {
    "tcp.connect": {"tpconnect.repeated": "id"},
    "tcp.retry": {"error.type": "string"},
    "tcp.failed": {"tpconnect.connect.duration_ns": "id", "tpconnect.repeated": "id"},
    "tcp.open": {"tpconnect.idle_ns": "int", "tpconnect.fd": "int", "tpconnect.rtt_us": "id"},
    "tcp.close": {
        "tpconnect.rtt_us": "id", "error.type": "string",
        "tpconnect.ended": ["fin", "local", "reset_sent", "reset_received", "timeout", "aborted"]
    }
};

def of_loss: {
    "tpconnect.loss.ring": "int", "tpconnect.loss.missed": "int", "tpconnect.loss.state": "int",
    "tpconnect.loss.unmatched": "int", "tpconnect.loss.output": "int",
    "tpconnect.loss.context": "int"
};
def of_store: {"tpconnect.loss.store": "int", "tpconnect.store.oldest": "time"};
def of_books: {
    "tpconnect.events.sent": "int", "tpconnect.events.written": "int",
    "tpconnect.events.filtered": "int", "tpconnect.observed.from": "time"
};
def of_notice: {
    "tpconnect.start": {
        "tpconnect.version": "string", "tpconnect.programs": "string",
        "tpconnect.schema": ["1"], "tpconnect.observed.from": "time"
    },
    "tpconnect.loss": of_loss,
    "tpconnect.heartbeat": (of_loss + of_books + of_store + {"tpconnect.heartbeat.interval_ns": "id"}),
    "tpconnect.stop": (of_loss + of_books + {
        "tpconnect.tracked": "int", "tpconnect.preexisting.unattributed": "int",
        "tpconnect.observed.until": "time"
    })
};

# Of a store, and with --dns or --pin.
def may_of_notice: {
    "tpconnect.start": (of_host + {
        "tpconnect.dns.seen": ["all", "connected", "udp", "none"],
        "tpconnect.heartbeat.interval_ns": "id", "tpconnect.resumed": [true]
    }),
    "tpconnect.loss": (of_store + {
        "tpconnect.store.dropped.boot.id": "boot", "tpconnect.store.dropped.first_seq": "id",
        "tpconnect.store.dropped.last_seq": "id"
    }),
    "tpconnect.stop": (of_store + {"tpconnect.dns.unread": "int"})
};

# It has no peer, and carries nothing.
def of_listener:
    (of_event | del(."network.peer.address", ."network.peer.port")) +
    {"tpconnect.holders": "int", "network.connection.state": ["listen"]};

def listens: ."network.connection.state" == "listen";
def is_close: ."event.name" == "tcp.close";
def is_preexisting: ."tpconnect.preexisting" == true;
def is_of_nobody: (."tpconnect.origin" == "mptcp" or is_preexisting) and ."process.pid" == null;
# A process holds a socket, and no thread of it.
def of_its_process:
    if is_of_nobody then {}
    elif is_preexisting then of_process | del(."thread.id", ."thread.name")
    else of_process end;
def may_of_its_process:
    if is_of_nobody and is_preexisting
    then {"tpconnect.cgroup.id": "digits"} + may_of_cgroup
    elif is_of_nobody then {}
    else may_of_process + may_of_cgroup end;

# docs/spec.md, T15. Of the end of what was there before, what was observed of it takes the place of its duration.
def of_its_beginning:
    if is_preexisting then
        {"tpconnect.preexisting": [true]} +
        if is_close then {"tpconnect.observed.duration_ns": "id"} else {} end
    else {
        "tpconnect.origin": ["connect", "compat", "io_uring", "sendmsg", "kernel", "mptcp",
                             "repair", "unknown"]
    } end;
def may_of_its_beginning:
    if is_preexisting then {"tpconnect.holders": "int"}
    else {"tpconnect.deferred": [true], "tpconnect.syn_retries": "int"} +
        if is_close then {"tpconnect.connection.duration_ns": "id"} else {} end end;
def must_have: ."event.name" as $name |
    if of_notice[$name] then of_line + of_notice[$name]
    elif $name == "tcp.open" and listens then of_listener + of_its_beginning + of_its_process
    elif of_name[$name] then of_event + of_name[$name] + of_its_beginning + of_its_process
    else null end;
def may_have: ."event.name" as $name |
    (if is_of_store then of_host else {} end) +
    if of_name[$name] then
        optional + (may_of_name[$name] // {}) + may_of_its_beginning + may_of_its_process
    else may_of_notice[$name] // {} end;

def problems: . as $line | must_have as $must |
    if $must == null then "an unknown event"
    else
        ($must + may_have) as $types |
        ($must | keys[] | select($line[.] == null) | "lacks \(.)"),
        (to_entries[] | .key as $key |
         if $types[$key] == null then "has a key \($key)"
         elif .value | is_of($types[$key]) | not then "\($key) is \(.value | tojson)"
         else empty end)
    end;

limit(20; $record[] | . as $line | problems | "\(.): \($line | tojson)")
