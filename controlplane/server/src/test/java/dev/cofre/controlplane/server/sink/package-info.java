/** Tests of sinks against real receivers. */
package dev.cofre.controlplane.server.sink;
