"""A small SFTP server over a folder, in a thread of this process: paramiko's own server side, speaking the real protocol."""

from __future__ import annotations

import os
import socket
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import paramiko
from paramiko import SFTP_OK, SFTPAttributes, SFTPHandle, SFTPServer, SFTPServerInterface


class _Door(paramiko.ServerInterface):
    def __init__(self, server: Server) -> None:
        self.server = server

    def check_auth_password(self, username: str, password: str) -> int:
        self.server.logins.append((username, password))
        right = (username, password) == (self.server.user, self.server.password)
        return paramiko.AUTH_SUCCESSFUL if right else paramiko.AUTH_FAILED

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        right = username == self.server.user and key.fingerprint == self.server.client_key
        return paramiko.AUTH_SUCCESSFUL if right else paramiko.AUTH_FAILED

    def get_allowed_auths(self, username: str) -> str:
        return "password,publickey"

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED


class _Files(SFTPServerInterface):
    root: Path

    def _real(self, path: str) -> Path:
        return self.root / self.canonicalize(path).lstrip("/")

    def list_folder(self, path: str) -> Any:
        try:
            return [SFTPAttributes.from_stat(entry.stat(follow_symlinks=False), entry.name) for entry in os.scandir(self._real(path))]  # fmt: skip
        except OSError as error:
            return SFTPServer.convert_errno(error.errno)

    def stat(self, path: str) -> Any:
        return self._stat(path, os.stat)

    def lstat(self, path: str) -> Any:
        return self._stat(path, os.lstat)

    def _stat(self, path: str, how: Any) -> Any:
        try:
            return SFTPAttributes.from_stat(how(self._real(path)))
        except OSError as error:
            return SFTPServer.convert_errno(error.errno)

    def open(self, path: str, flags: int, attr: Any) -> Any:
        try:
            opened = os.fdopen(os.open(self._real(path), flags, 0o644), "r+b" if flags & (os.O_WRONLY | os.O_RDWR) == os.O_RDWR else "wb" if flags & os.O_WRONLY else "rb")  # fmt: skip
        except OSError as error:
            return SFTPServer.convert_errno(error.errno)
        handle = SFTPHandle(flags)
        handle.filename, handle.readfile, handle.writefile = str(path), opened, opened
        handle.stat = lambda: SFTPAttributes.from_stat(os.fstat(opened.fileno()))  # type: ignore[method-assign]
        return handle

    def rename(self, oldpath: str, newpath: str) -> int:
        if self._real(newpath).exists():
            return paramiko.SFTP_FAILURE
        return self._done(lambda: os.rename(self._real(oldpath), self._real(newpath)))

    def mkdir(self, path: str, attr: Any) -> int:
        return self._done(lambda: os.mkdir(self._real(path)))

    def _done(self, act: Any) -> int:
        try:
            act()
        except OSError as error:
            return SFTPServer.convert_errno(error.errno)
        return SFTP_OK


class Server:
    """`with Server(folder) as server`: listens at 127.0.0.1:server.port."""

    def __init__(self, folder: Path, *, user: str = "pim", password: str = "canary-password-of-sftp") -> None:
        self.folder, self.user, self.password, self.client_key = folder, user, password, ""
        self.logins: list[tuple[str, str]] = []
        self.connections = 0
        self.key: paramiko.PKey = paramiko.ECDSAKey.generate()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._transports: list[paramiko.Transport] = []

    @property
    def fingerprint(self) -> str:
        return self.key.fingerprint

    def __enter__(self) -> Server:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def _serve(self) -> None:
        files = type("Files", (_Files,), {"root": self.folder})
        while True:
            try:
                client, _address = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            transport = paramiko.Transport(client)
            self._transports.append(transport)
            transport.add_server_key(self.key)
            transport.set_subsystem_handler("sftp", SFTPServer, files)
            with suppress(paramiko.SSHException, EOFError, OSError):
                transport.start_server(server=_Door(self))

    def __exit__(self, *_exc: object) -> None:
        self._socket.close()
        for transport in self._transports:
            transport.close()
