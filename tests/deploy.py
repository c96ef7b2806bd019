#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""deploy/daemonset.yaml against its own rules, those of docs/privileges.md, and the options that the
programs know. Usage:
deploy.py check TPCONNECT [SHIP]    also that a manifest with each of a number of faults fails
deploy.py oci NETNS SOURCE=PATH...  the recorder as a runtime is told to run it, in JSON: with the image in
                                    rootfs, in that network namespace; SOURCE are hostPaths that stand for PATH
Exit status 1: something is wrong; 77: this Python has no yaml (Debian's python3-yaml)."""
import copy
import json
import os
import re
import subprocess
import sys

try:
    import yaml
except ImportError:
    DEBIAN = "/usr/bin/python3"
    # Another Python may be the first in PATH than the one that Debian's packages are for.
    if os.path.exists(DEBIAN) and os.path.realpath(sys.executable) != os.path.realpath(DEBIAN):
        os.execv(DEBIAN, [DEBIAN] + sys.argv)
    print("skip: python3-yaml is missing")
    sys.exit(77)

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")


def read(name):
    with open(os.path.join(TOP, name), encoding="utf-8") as file:
        return file.read()


def manifest():
    return [each for each in yaml.safe_load_all(read("deploy/daemonset.yaml")) if each]


def pod_of(objects):
    return next(each for each in objects if each["kind"] == "DaemonSet")["spec"]["template"]["spec"]


def container(pod, name):
    return next(each for each in pod["containers"] if each["name"] == name)


def documented_capabilities():
    """What docs/privileges.md wants in a container, but for what it wants of some kernels only."""
    row = next(line for line in read("docs/privileges.md").splitlines() if "user 0 of a container" in line)
    return set(re.findall(r"CAP_(\w+)", row.split(";")[0]))


def unknown_options(args, text):
    known = set(re.findall(r"--[a-z][a-z-]*", text))
    return [arg for arg in args if arg.startswith("--") and arg.split("=")[0] not in known]


def look_at_mounts(pod, each):
    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    mounts = {mount["mountPath"] for mount in each["volumeMounts"]}
    for mount in each["volumeMounts"]:
        if mount["name"] not in volumes:
            yield f"no volume {mount['name']}"
    for arg in each.get("args", []):
        if arg.startswith("/") and not any(arg == path or arg.startswith(path + "/") for path in mounts):
            yield f"{arg} is in no volume"


def look_at_container(pod, each, capabilities, text):
    context = each["securityContext"]
    wanted = {"readOnlyRootFilesystem": True, "allowPrivilegeEscalation": False}
    for key, value in wanted.items():
        if context.get(key) is not value:
            yield f"{key} is not {str(value).lower()}"
    profile = "Unconfined" if each["name"] == "recorder" else "RuntimeDefault"
    if context["seccompProfile"]["type"] != profile:
        yield f"its seccomp profile is not {profile}"
    if context["capabilities"].get("drop") != ["ALL"]:
        yield "not all capabilities are dropped first"
    if set(context["capabilities"].get("add", [])) != capabilities:
        yield f"its capabilities are not {sorted(capabilities)}"
    yield from look_at_mounts(pod, each)
    for option in unknown_options(each.get("args", []), text):
        yield f"no such option: {option}"


def look_at_pod(pod):
    for key in ("hostPID", "hostIPC", "hostNetwork"):
        if pod.get(key):
            yield f"it has {key}"
    if pod.get("automountServiceAccountToken") is not False:
        yield "it has a token of the cluster's"
    used = {mount["name"] for each in pod["initContainers"] + pod["containers"] for mount in each["volumeMounts"]}
    for volume in pod["volumes"]:
        if volume["name"] not in used:
            yield f"nobody has volume {volume['name']}"
    context = container(pod, "shipper")["securityContext"]
    if context.get("runAsNonRoot") is not True or not context.get("runAsUser"):
        yield "the shipper is root"


def problems(objects, texts):
    """What is wrong, a line each."""
    daemon_set = next(each for each in objects if each["kind"] == "DaemonSet")
    template, pod = daemon_set["spec"]["template"], pod_of(objects)
    if daemon_set["spec"]["selector"]["matchLabels"] != template["metadata"]["labels"]:
        yield "the selector selects other pods"
    if "privileged" in json.dumps(pod):
        yield "something is privileged"
    wanted = {"own-offset": {"CHOWN"}, "recorder": documented_capabilities(), "shipper": set()}
    found = pod["initContainers"] + pod["containers"]
    if [each["name"] for each in found] != list(wanted):
        yield f"its containers are not {', '.join(wanted)}"
        return
    for each in found:
        for problem in look_at_container(pod, each, wanted[each["name"]], texts.get(each["name"], "")):
            yield f"{each['name']}: {problem}"
    yield from look_at_pod(pod)


# What is wrong with each copy, and the word that has to be said of it.
FAULTS = [
    (lambda pod: pod["volumes"].pop(0), "no volume store"),
    (lambda pod: pod["volumes"].append({"name": "more"}), "nobody has volume more"),
    (lambda pod: container(pod, "recorder")["volumeMounts"].pop(0), "is in no volume"),
    (lambda pod: container(pod, "recorder")["securityContext"].update(privileged=True), "privileged"),
    (lambda pod: container(pod, "recorder")["securityContext"]["capabilities"]["add"].append("SYS_ADMIN"), "its capabilities"),
    (lambda pod: container(pod, "recorder")["securityContext"]["capabilities"]["add"].pop(), "its capabilities"),
    (lambda pod: container(pod, "shipper")["securityContext"]["capabilities"].pop("drop"), "dropped"),
    (lambda pod: container(pod, "shipper")["securityContext"].update(runAsNonRoot=False), "is root"),
    (lambda pod: container(pod, "shipper")["securityContext"].pop("readOnlyRootFilesystem"), "readOnlyRoot"),
    (lambda pod: container(pod, "recorder")["args"].append("--pinned"), "no such option: --pinned"),
    (lambda pod: container(pod, "shipper")["securityContext"]["seccompProfile"].update(type="Unconfined"), "seccomp"),
    (lambda pod: pod.update(hostPID=True), "hostPID"),
    (lambda pod: pod["containers"].pop(), "its containers"),
]


def check(programs):
    texts = {name: subprocess.run([program, *(["record"] if name == "recorder" else []), "--help"], check=True,
                                  capture_output=True, text=True).stdout
             for name, program in zip(("recorder", "shipper"), programs)}
    if "shipper" not in texts:
        texts["shipper"] = " ".join(container(pod_of(manifest()), "shipper")["args"])
        print("tpconnect-ship was not built: its options are not looked at")
    said = [f"deploy/daemonset.yaml: {problem}" for problem in problems(manifest(), texts)]
    for spoil, word in FAULTS:
        objects = copy.deepcopy(manifest())
        spoil(pod_of(objects))
        found = list(problems(objects, texts))
        if not any(word in problem for problem in found):
            said.append(f"a fault is not found: {word}: {found}")
    return said


def oci_mounts(pod, each, places):
    yield {"destination": "/proc", "type": "proc", "source": "proc"}
    yield {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "mode=755"]}
    yield {"destination": "/sys", "type": "sysfs", "source": "sysfs", "options": ["nosuid", "noexec", "nodev", "ro"]}
    sources = {volume["name"]: volume["hostPath"]["path"] for volume in pod["volumes"] if "hostPath" in volume}
    for mount in each["volumeMounts"]:
        source = sources[mount["name"]]
        yield {"destination": mount["mountPath"], "type": "bind", "source": places.get(source, source),
               "options": ["rbind", "ro" if mount.get("readOnly") else "rw"]}


def oci(netns, places):
    pod = pod_of(manifest())
    recorder = container(pod, "recorder")
    context = recorder["securityContext"]
    capabilities = [f"CAP_{name}" for name in context["capabilities"]["add"]]
    kinds = ["pid", "mount", "uts", "ipc", "cgroup"]
    return {
        "ociVersion": "1.0.2", "hostname": "tpconnect-pod",
        "root": {"path": "rootfs", "readonly": context["readOnlyRootFilesystem"]},
        "process": {
            "terminal": False, "cwd": "/", "args": ["/tpconnect"] + recorder["args"],
            "user": {"uid": context["runAsUser"], "gid": context["runAsGroup"]},
            "noNewPrivileges": not context["allowPrivilegeEscalation"],
            # As container runtimes do: none is ambient.
            "capabilities": {name: capabilities for name in ("bounding", "effective", "permitted")},
        },
        "mounts": list(oci_mounts(pod, recorder, places)),
        "linux": {"namespaces": [{"type": kind} for kind in kinds] + [{"type": "network", "path": netns}],
                  "resources": {}},
    }


if len(sys.argv) >= 3 and sys.argv[1] == "check":
    complaints = check(sys.argv[2:])
    print("\n".join(complaints))
    sys.exit(bool(complaints))
elif len(sys.argv) >= 3 and sys.argv[1] == "oci":
    print(json.dumps(oci(sys.argv[2], dict(place.split("=") for place in sys.argv[3:]))))
else:
    print(__doc__, file=sys.stderr)
    sys.exit(2)
