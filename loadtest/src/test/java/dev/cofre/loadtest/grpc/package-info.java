/** Tests of gRPC as a protocol of the generator. */
package dev.cofre.loadtest.grpc;
