/**
 * gRPC on the port of HTTP (docs/GRPC.md): its framing, deadlines and statuses over HTTP/2, on the
 * same authentication, limits and request path as every other face; health and reflection.
 */
package dev.cofre.dataplane.server.grpc;
