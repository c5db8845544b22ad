"""The vocabulary in which integrations describe what their libraries do."""

from __future__ import annotations

from vedette.operations.command import Command
from vedette.operations.connection import Connection
from vedette.operations.file_access import FileAccess
from vedette.operations.graphql_operation import GraphQLOperation
from vedette.operations.incoming_call import IncomingCall
from vedette.operations.incoming_message import IncomingMessage
from vedette.operations.incoming_request import Answer, IncomingRequest
from vedette.operations.login import Attempt, Login
from vedette.operations.message import Message
from vedette.operations.operation import Operation, Refusal
from vedette.operations.outgoing_request import OutgoingRequest
from vedette.operations.query import Query
from vedette.operations.task import Task
from vedette.operations.template import Template

__all__ = [
    "Answer",
    "Attempt",
    "Command",
    "Connection",
    "FileAccess",
    "GraphQLOperation",
    "IncomingCall",
    "IncomingMessage",
    "IncomingRequest",
    "Login",
    "Message",
    "Operation",
    "OutgoingRequest",
    "Query",
    "Refusal",
    "Task",
    "Template",
]
