/** HTTP/1.1 with prepared requests, as a protocol of the generator. */
package dev.cofre.loadtest.http;
