/** Unary gRPC calls over HTTP/2 with prepared messages, as a protocol of the generator. */
package dev.cofre.loadtest.grpc;
