/**
 * gRPC against a node in this process, with gRPC's own client and with bytes that no client sends.
 */
package dev.cofre.dataplane.server.grpc;
