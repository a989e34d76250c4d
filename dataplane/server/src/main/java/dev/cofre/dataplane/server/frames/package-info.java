/**
 * Frames over TCP, TLS and the Unix socket, and the execution of frames whatever carries them:
 * {@link dev.cofre.dataplane.server.frames.FrameConnection} reads, {@link
 * dev.cofre.dataplane.server.frames.FrameRun} groups by key and executes.
 */
package dev.cofre.dataplane.server.frames;
