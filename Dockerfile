# Production dependencies only; nothing is compiled, and no install script runs (.npmrc).
FROM node:24-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --loglevel=error

FROM node:24-slim
ENV NODE_ENV=production \
    ACCOUNT_SERVER_HOST=0.0.0.0 \
    ACCOUNT_SERVER_DATA_DIR=/var/lib/account-server
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY package.json ./
COPY migrations migrations
COPY seeds seeds
COPY locales locales
COPY public public
COPY views views
COPY src src
RUN install -d -o node -g node /var/lib/account-server
VOLUME /var/lib/account-server
USER node
EXPOSE 8700
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.ACCOUNT_SERVER_PORT ?? 8700}/health/live`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# node is the first process and handles SIGTERM itself: unready, drain, close.
CMD ["node", "src/main.ts"]
