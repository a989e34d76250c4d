/** Frames over real sockets. */
package dev.cofre.dataplane.server.frames;
