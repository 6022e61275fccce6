/* Prints the addresses that this program's C library finds for a name, one a line, or its word for why there are none. */
#include <netdb.h>
#include <stdio.h>
#include <sys/socket.h>

int main(int count, char **words) {
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found = NULL;
  int code = count == 2 ? getaddrinfo(words[1], NULL, &hints, &found) : EAI_NONAME;
  if (code != 0) return printf("%s\n", gai_strerror(code)), 1;
  for (struct addrinfo *each = found; each != NULL; each = each->ai_next) {
    char text[128];
    if (getnameinfo(each->ai_addr, each->ai_addrlen, text, sizeof text, NULL, 0, NI_NUMERICHOST) == 0) puts(text);
  }
  freeaddrinfo(found);
  return 0;
}
