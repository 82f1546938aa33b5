// Swagger UI, served by the gateway itself.
SwaggerUIBundle({ url: "openapi.json", dom_id: "#api", deepLinking: true, layout: "BaseLayout", validatorUrl: null });
