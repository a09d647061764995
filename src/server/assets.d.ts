declare module "swagger-ui-dist/swagger-ui-bundle.js" {
  const path: string;
  export default path;
}

declare module "*.css" {
  const pathOrText: string;
  export default pathOrText;
}

declare module "*/swagger-ui-start.js" {
  const text: string;
  export default text;
}
