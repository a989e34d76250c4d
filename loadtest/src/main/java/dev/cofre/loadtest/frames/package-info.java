/** Frames with prepared requests, as a protocol of the generator. */
package dev.cofre.loadtest.frames;
