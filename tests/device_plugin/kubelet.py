# SPDX-License-Identifier: BSD-2-Clause
"""A fixture: as much of a kubelet as a device plugin meets, over a real socket, speaking the kubelet's own API."""

import subprocess
import sys
import threading
import time
from concurrent import futures
from pathlib import Path

import grpc

HERE = Path(__file__).resolve().parent
# What is to happen may take this long on a machine with much else to do. It takes milliseconds on a quiet one, and seconds where the
# plugin looks every few.
PATIENCE = 180


def load_api(folder):
    """The messages, compiled from the kubelet's own file."""
    done = subprocess.run([HERE / "install-kubelet-api", folder], timeout=600, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(done.stderr.strip())
    sys.path.insert(0, str(folder))
    import kubelet_api_pb2  # made a moment ago

    return kubelet_api_pb2


def until(condition, seconds=PATIENCE):
    """Whether it came true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.005)
    return bool(condition())


class Plugin:
    """What a kubelet knows of a plugin: a channel to it and the lists that came over it."""

    def __init__(self, api, socket):
        self._api = api
        self._channel = grpc.insecure_channel(f"unix:{socket}", options=[("grpc.use_local_subchannel_pool", 1)])
        self.lists = []  # (when, {id: health})
        self.numa_nodes = None  # of the first device in the newest list; None: it has no topology
        self.ended = None  # status code of the stream, once it has ended
        self._stream = self._call("ListAndWatch", self._channel.unary_stream, "Empty", "ListAndWatchResponse")(api.Empty())
        threading.Thread(target=self._watch, daemon=True).start()

    def _call(self, name, kind, request, response):
        return kind(
            f"/v1beta1.DevicePlugin/{name}",
            request_serializer=getattr(self._api, request).SerializeToString,
            response_deserializer=getattr(self._api, response).FromString,
        )

    def _watch(self):
        try:
            for answer in self._stream:
                first = answer.devices[0]
                self.numa_nodes = [node.ID for node in first.topology.nodes] if first.HasField("topology") else None
                self.lists.append((time.monotonic(), {device.ID: device.health for device in answer.devices}))
            self.ended = grpc.StatusCode.OK
        except grpc.RpcError as error:
            self.ended = error.code()

    def health(self):
        """The one health that all devices of the newest list have."""
        found = set(self.lists[-1][1].values()) if self.lists else set()
        return found.pop() if len(found) == 1 else None

    def options(self):
        call = self._call("GetDevicePluginOptions", self._channel.unary_unary, "Empty", "DevicePluginOptions")
        return call(self._api.Empty(), timeout=PATIENCE)

    def allocate(self, *containers):
        """One answer for each container, which is a list of ids."""
        request = self._api.AllocateRequest(
            container_requests=[self._api.ContainerAllocateRequest(devices_ids=ids) for ids in containers]
        )
        call = self._call("Allocate", self._channel.unary_unary, "AllocateRequest", "AllocateResponse")
        return call(request, timeout=PATIENCE).container_responses

    def prefers(self, available, must_include, size):
        """The ids that the plugin would give to a container."""
        asked = self._api.ContainerPreferredAllocationRequest(
            available_deviceIDs=available, must_include_deviceIDs=must_include, allocation_size=size
        )
        call = self._call(
            "GetPreferredAllocation", self._channel.unary_unary, "PreferredAllocationRequest", "PreferredAllocationResponse"
        )
        (answer,) = call(self._api.PreferredAllocationRequest(container_requests=[asked]), timeout=PATIENCE).container_responses
        return list(answer.deviceIDs)

    def drop(self):
        """Watches no more, as a kubelet that was killed."""
        self._stream.cancel()

    def close(self):
        self._stream.cancel()
        self._channel.close()


class Kubelet:
    """Started, it removes every socket in its folder and offers its own; a plugin that registers is watched."""

    def __init__(self, api, directory):
        self._api = api
        self.directory = Path(directory)
        self.socket = self.directory / "kubelet.sock"
        self.registrations = []  # (when, request)
        self.plugin = None
        self.refusal = None
        self._server = None

    def start(self, removing=True):
        for path in self.directory.iterdir():
            if path.is_socket() and (removing or path == self.socket):
                path.unlink()
        self._server = grpc.server(futures.ThreadPoolExecutor(2))
        handler = grpc.unary_unary_rpc_method_handler(
            self._register, self._api.RegisterRequest.FromString, self._api.Empty.SerializeToString
        )
        self._server.add_generic_rpc_handlers(
            (grpc.method_handlers_generic_handler("v1beta1.Registration", {"Register": handler}),)
        )
        self._server.add_insecure_port(f"unix:{self.socket}")
        self._server.start()
        return self

    def _register(self, request, context):
        if self.refusal:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, self.refusal)
        plugin = Plugin(self._api, self.directory / request.endpoint)
        self.plugin = plugin
        self.registrations.append((time.monotonic(), request))
        return self._api.Empty()

    def stop(self):
        if self.plugin:
            self.plugin.close()
            self.plugin = None
        if self._server:
            self._server.stop(None).wait(PATIENCE)
            self._server = None

    def restart(self, removing=True):
        self.stop()
        return self.start(removing)
